import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_RESULT_LIFETIME_MS } from '../../resources/resource.ts';
import {
  hasRetired,
  isUnderWay,
  PUBLISHED_AFTER_MS,
  PUBLISHED_BEFORE_MS,
  stateOf,
  succeededBy,
} from './key-rotation.ts';
import type { StoredSigningKey } from './signing-key.ts';

/** The longest lifetime of a result, and the tolerance of verifiers. */
const START = Date.UTC(2027, 0, 15);

function keyOf(number: number, createdAt: number, signsFromAt: number): StoredSigningKey {
  const id = { kid: `key-${number}`, crv: 'P-256', x: 'x', sealedPrivateJwk: 's' };
  return { ...id, algorithm: 'ES256', createdAt, signsFromAt };
}

/** A first key, and every rotation that is allowed after one of these pauses. */
function rotated(pauses: readonly number[]): { keys: StoredSigningKey[]; begunAt: number[] } {
  let keys = [keyOf(0, START, START)];
  let now = START;
  const begunAt: number[] = [];
  for (const [at, pause] of pauses.entries()) {
    now += pause;
    if (isUnderWay(keys, now)) continue;
    begunAt.push(now);
    keys = succeededBy(keys, keyOf(at + 1, now, now + PUBLISHED_BEFORE_MS));
  }
  return { keys, begunAt };
}

const pauses = fc.array(fc.integer({ min: 0, max: 3 * PUBLISHED_BEFORE_MS }), { maxLength: 8 });
const laterBy = fc.integer({ min: 0, max: 20 * PUBLISHED_BEFORE_MS });

test('SR-58: at any time exactly one key signs, the newest that every verifier has had the time to fetch', () => {
  fc.assert(
    fc.property(pauses, laterBy, (waits, later) => {
      const { keys } = rotated(waits);
      const now = START + later;
      const known = keys.filter(({ createdAt }) => createdAt <= now);
      const signing = known.filter((key) => stateOf(key, known, now) === 'signing');
      expect(signing).toHaveLength(1);
      const [one] = signing;
      expect(one?.signsFromAt).toBe(Math.max(...known.map((key) => key.signsFromAt).filter((at) => at <= now)));
      if (one && one.kid !== 'key-0') expect(now - one.createdAt).toBeGreaterThanOrEqual(PUBLISHED_BEFORE_MS);
    }),
  );
});

test('SR-58: the last result of a key has expired in every copy of the key set before the key is removed', () => {
  fc.assert(
    fc.property(pauses, laterBy, (waits, later) => {
      const { keys } = rotated(waits);
      const now = START + later;
      const signing = keys.find((key) => key.createdAt <= now && stateOf(key, keys, now) === 'signing');
      expect(signing && hasRetired(signing, now + MAX_RESULT_LIFETIME_MS + PUBLISHED_BEFORE_MS)).toBe(false);
      for (const { signsFromAt, retiresAt } of keys) {
        const successor = keys.find((key) => key.signsFromAt > signsFromAt);
        expect(retiresAt).toBe(successor && successor.signsFromAt + PUBLISHED_AFTER_MS);
      }
    }),
  );
});

test('refuses a rotation while another is under way', () => {
  fc.assert(
    fc.property(pauses, (waits) => {
      const { begunAt } = rotated(waits);
      for (const [at, begun] of begunAt.entries()) {
        expect(begun - (begunAt[at - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(PUBLISHED_BEFORE_MS);
      }
    }),
  );
});
