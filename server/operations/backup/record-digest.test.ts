import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestOf, type RecordKey } from './record-digest.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('', '1', ':', '\ud800', '\udfff', '\ufffd'),
);
const pair = fc.tuple(text, text);
const key: fc.Arbitrary<RecordKey> = fc.oneof(
  fc.record({ d: pair }),
  fc.record({ i: text, e: pair, p: fc.nat({ max: 20 }) }),
);

// SR-51, SR-62. The attack: a name whose record takes the place of another one, which is in no backup then.
test('two records have the same digest only if they have the same key', () => {
  fc.assert(
    fc.property(key, key, (one, other) => {
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      expect(digestOf('salt', one) === digestOf('salt', other)).toBe(isSame);
      expect(digestOf('salt', one)).not.toBe(digestOf('pepper', one));
      expect(digestOf('salt', one)).toMatch(/^[\da-f]{16}$/);
    }),
    { numRuns: 500 },
  );
  const digests = ['\ud800', '\udfff', '\ufffd'].map((name) => digestOf('salt', { d: ['claims', name] }));
  expect(new Set(digests).size).toBe(3);
});
