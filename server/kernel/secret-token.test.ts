import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSameSecret } from './secret-token.ts';

const secret = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array());

test('is true only for the same bytes', () => {
  fc.assert(
    fc.property(secret, secret, (given, expected) => {
      expect(isSameSecret(given, given)).toBe(true);
      expect(isSameSecret(given, expected)).toBe(Buffer.from(given).equals(Buffer.from(expected)));
    }),
  );
});

test('is false for a longer and for a shorter text', () => {
  expect(isSameSecret('abc', 'abcd')).toBe(false);
  expect(isSameSecret('abcd', 'abc')).toBe(false);
  expect(isSameSecret('', 'a')).toBe(false);
});
