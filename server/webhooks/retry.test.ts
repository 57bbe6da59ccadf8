import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideNextStep, MAX_RETRY_AFTER_MS, RETRY_DELAYS_MS } from './retry.ts';

const HOUR = 3_600_000;
const answered = (status: number, retryAfterMs?: number) =>
  ({ kind: 'answered', status, ...omitUndefined({ retryAfterMs }) }) as const;

describe('SR-33: after a failed try', () => {
  test('accepts only a 2xx as a receipt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
        const delivered = decideNextStep(answered(status), 1, 0.5).kind === 'delivered';
        expect(delivered).toBe(status >= 200 && status < 300);
      }),
    );
    for (const failure of ['timed-out', 'address-refused', 'tls-failed'] as const) {
      expect(decideNextStep({ kind: 'failed', failure }, 1, 0.5).kind).toBe('retry');
    }
  });

  test('makes ten tries over more than three days, then dead-letters the message', () => {
    expect(RETRY_DELAYS_MS.reduce((sum, delay) => sum + delay)).toBeGreaterThan(72 * HOUR);
    const kinds = Array.from({ length: 10 }, (_, i) => decideNextStep(answered(500), i + 1, 0.5).kind);
    expect(kinds).toEqual([...Array.from({ length: 9 }, () => 'retry'), 'dead']);
  });

  test('increases the delays, each with a jitter of a fifth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempts, chance) => {
        const step = decideNextStep(answered(503), attempts, chance);
        const plain = RETRY_DELAYS_MS[attempts - 1] ?? 0;
        expect(step.kind === 'retry' && Math.abs(step.delayMs - plain) <= plain * 0.2 + 1).toBe(true);
      }),
    );
  });

  test('lengthens a delay by Retry-After within a bound, and never shortens it', () => {
    expect(decideNextStep(answered(429, HOUR), 1, 0.5)).toEqual({ kind: 'retry', delayMs: HOUR });
    expect(decideNextStep(answered(429, 1), 1, 0.5)).toEqual({ kind: 'retry', delayMs: 5000 });
    expect(decideNextStep(answered(429, 1e12), 1, 0.5)).toEqual({ kind: 'retry', delayMs: MAX_RETRY_AFTER_MS });
  });

  test('stops at once on 410', () => {
    expect(decideNextStep(answered(410), 1, 0.5).kind).toBe('gone');
  });
});
