import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../../shared/testing/any-character.ts';
import { decodeKey, encodeKey, encodeKeyPrefix } from './key-codec.ts';
import { decodeText, encodeText, isWellFormed } from './text.ts';

const RUNS = { seed: 51, numRuns: 1_000 };

/** Any UTF-16, with many difficult characters. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\u0000',
        '\ud800',
        '\udbff',
        '\udc00',
        '\udfff',
        '\ufffd',
        '\ud7ff',
        '\ue000',
        'í',
        '퟿',
        '😀',
        'a',
      ),
      fc.string({ unit: anyCharacter, maxLength: 3 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

// SR-51
describe('encoding of hostile text', () => {
  test('round-trips every text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decodeText(encodeText(text))).toBe(text);
      }),
      RUNS,
    );
  });

  test('writes well-formed text as plain UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(isWellFormed(text)).toBe(true);
        expect(encodeText(text).equals(Buffer.from(text, 'utf8'))).toBe(true);
      }),
      RUNS,
    );
  });

  test('round-trips every pair, so no two pairs share a key', () => {
    fc.assert(
      fc.property(anyText, anyText, (first, second) => {
        expect(decodeKey(encodeKey(first, second))).toEqual({ first, second });
      }),
      RUNS,
    );
  });

  test('sorts pairs by the bytes of the first text, then of the second', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, anyText, (a, b, c, d) => {
        const byParts = Buffer.compare(encodeText(a), encodeText(c)) || Buffer.compare(encodeText(b), encodeText(d));
        expect(Math.sign(Buffer.compare(encodeKey(a, b), encodeKey(c, d)))).toBe(Math.sign(byParts));
      }),
      RUNS,
    );
  });

  test('a prefix range contains exactly the pairs whose first text has the prefix', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (prefix, text, second) => {
        for (const first of [text, prefix + text]) {
          const bytes = encodeText(first);
          const start = encodeText(prefix);
          const has = bytes.subarray(0, start.length).equals(start);
          const pair = encodeKey(first, second);
          const low = encodeKeyPrefix(prefix);
          const between =
            Buffer.compare(pair, low) >= 0 && Buffer.compare(pair, Buffer.concat([low, Buffer.from([0xff])])) < 0;
          expect(between).toBe(has);
        }
      }),
      RUNS,
    );
  });
});
