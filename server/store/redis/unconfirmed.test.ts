import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeConfirmed, isUnconfirmed } from './unconfirmed.ts';

const version = fc.nat(2 ** 52);

test('SR-79: doubts exactly the versions that are not known to be confirmed', () => {
  fc.assert(
    fc.property(version, version, (written, confirmed) => {
      expect(isUnconfirmed(`${written} - {"n":99}`, `${confirmed}`)).toBe(written > confirmed);
      expect(isUnconfirmed(`${written}`, `${confirmed}`)).toBe(written > confirmed);
      expect(isUnconfirmed(`${written}`, null)).toBe(written > 0);
      expect(isUnconfirmed(null, `${confirmed}`)).toBe(false);
      expect(isUnconfirmed(undefined, undefined)).toBe(false);
    }),
  );
});

test('notes all partitions in one command, in a cluster each in its own', () => {
  const versions = new Map([
    ['cs:{p0}:', 4],
    ['cs:{p1}:', 2 ** 40],
  ]);
  expect(encodeConfirmed(versions, false)).toEqual([
    ['fcall', 'countersign_1_confirm', 2, 'cs:{p0}:confirmed', 'cs:{p1}:confirmed', 4, 2 ** 40],
  ]);
  expect(encodeConfirmed(versions, true)).toEqual([
    ['fcall', 'countersign_1_confirm', 1, 'cs:{p0}:confirmed', 4],
    ['fcall', 'countersign_1_confirm', 1, 'cs:{p1}:confirmed', 2 ** 40],
  ]);
});
