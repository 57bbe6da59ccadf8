import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideIdempotency, IDEMPOTENCY_LEASE_MS, type IdempotencyRecord } from './idempotency-record.ts';

const hash = fc.constantFrom('a', 'b', 'c');
const at = fc.integer({ min: 0, max: 4e12 });
const record = fc.record<IdempotencyRecord>(
  { requestHash: hash, startedAt: at, firstSeenAt: at, sealedAnswer: fc.string() },
  { requiredKeys: ['requestHash', 'startedAt', 'firstSeenAt'] },
);

describe('a request with an Idempotency-Key', () => {
  test('runs when it is the first', () => {
    fc.assert(fc.property(hash, at, (request, now) => decideIdempotency(undefined, request, now) === 'run'));
  });

  test('is refused when the key belongs to another request, whatever its outcome', () => {
    fc.assert(
      fc.property(record, hash, at, (first, request, now) => {
        fc.pre(first.requestHash !== request);
        expect(decideIdempotency(first, request, now)).toBe('reused');
      }),
    );
  });

  test('gets the first response while it is stored, and does not run again', () => {
    fc.assert(
      fc.property(record, at, fc.string(), (first, now, sealedAnswer) => {
        expect(decideIdempotency({ ...first, sealedAnswer }, first.requestHash, now)).toBe('replay');
      }),
    );
  });

  test('waits while the first one runs, and takes over exactly when its lease has ended', () => {
    fc.assert(
      fc.property(hash, at, fc.integer({ min: -1e6, max: 1e6 }), (requestHash, startedAt, after) => {
        const step = decideIdempotency({ requestHash, startedAt, firstSeenAt: 0 }, requestHash, startedAt + after);
        expect(step).toBe(after >= IDEMPOTENCY_LEASE_MS ? 'run' : 'in-use');
      }),
    );
  });
});
