import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../shared/testing/any-character.ts';
import { isEmailShape, isLoginShape, isPhoneShape, normaliseName } from './names.ts';

const anyText = fc.string({
  unit: fc.oneof(fc.constantFrom('ß', 'İ', 'ı', 'ﬁ', 'Σ', 'ς', '\u0345', '\u200b', ' '), anyCharacter),
});

describe('normalising a name', () => {
  test('is idempotent', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const once = normaliseName(raw);
        expect(normaliseName(once)).toBe(once);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is idempotent for every code point, and never leaves outer white space', () => {
    for (let point = 0; point <= 0x10ffff; point += point < 0x30000 ? 1 : 97) {
      const name = normaliseName(`a${String.fromCodePoint(point)}`);
      if (normaliseName(name) !== name || name !== name.trim()) expect.fail(`U+${point.toString(16)}`);
    }
  });

  test('does not depend on the letter case', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        expect(normaliseName(raw.toUpperCase())).toBe(normaliseName(raw));
      }),
    );
  });

  test('handles plain ASCII in a short way with the same result', () => {
    const plain = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(
        fc.oneof(
          plain,
          fc.stringMatching(/^ ?[a-zA-Z]{1,3}( {1,2}[a-zA-Z.]{1,3}){0,3} ?$/),
          fc.stringMatching(/^\+?[0-9]{8,16}$/),
        ),
        (raw) => {
          expect(normaliseName(raw)).toBe(normaliseName(`${raw}\u200b`));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  // The attack registers a name that looks like the victim's, or is the same in another form.
  test.each([
    ['letter case', 'ALICE', 'alice'],
    ['full width', 'ａｌｉｃｅ', 'alice'],
    ['outer and doubled white space', ' \t al\u00a0\u2003ice\n', 'al ice'],
    ['a zero-width space', 'al\u200bice', 'alice'],
    ['a soft hyphen', 'al\u00adice', 'alice'],
    ['a byte order mark', '\ufeffalice', 'alice'],
    ['a ligature', 'o\ufb03ce', 'office'],
    ['composed and decomposed', 'Zoe\u0308', 'zoë'],
    ['sharp s, small and capital', 'STRA\u1e9eE', 'strasse'],
    ['final sigma', 'ΟΔΟΣ', 'οδοσ'],
    ['long s', 'ſam', 'sam'],
    ['dotless i', 'alıce', 'alice'],
    ['Kelvin sign', '\u212aate', 'kate'],
  ])('joins names that differ by %s', (_name, raw, normal) => {
    expect(normaliseName(raw)).toBe(normal);
    expect(normaliseName(normal)).toBe(normal);
  });

  test('keeps different users apart', () => {
    const names = ['alice', 'alice1', 'al ice', 'alicé', 'алиса', '+380441234567', 'alice@shop.example'];
    expect(new Set(names.map(normaliseName)).size).toBe(names.length);
  });
});

describe('the format of a login', () => {
  test.each([['a'], ['Алиса'], ['alice.smith@shop.example'], ['x'.repeat(50)], ['😀'.repeat(50)], ['علی\u200cرضا']])(
    'accepts %s',
    (raw) => {
      expect(isLoginShape(raw)).toBe(true);
    },
  );

  test.each([
    ['nothing', ''],
    ['51 code points', 'x'.repeat(51)],
    ['51 code points outside the basic plane', '😀'.repeat(51)],
    ['a blank', 'al ice'],
    ['a no-break space', 'al\u00a0ice'],
    ['a newline at the end', 'alice\n'],
    ['a control character', 'al\u0000ice'],
    ['an escape sequence', '\u001b[31malice'],
    ['a line separator', 'al\u2028ice'],
    ['a right-to-left override', 'al\u202eice'],
    ['half a surrogate pair', 'al\ud800ice'],
    ['nothing visible', '\u200b\u200d'],
  ])('refuses %s', (_name, raw) => {
    expect(isLoginShape(raw)).toBe(false);
  });

  test('every valid login normalises to a non-empty name', () => {
    fc.assert(
      fc.property(anyText.filter(isLoginShape), (raw) => {
        expect(normaliseName(raw)).not.toBe('');
      }),
    );
  });
});

describe('the format of an email address', () => {
  test.each([['a@b'], ['alice+otp@shop.example'], ['діна@пошта.укр'], [`${'x'.repeat(95)}@b.ua`]])(
    'accepts %s',
    (raw) => {
      expect(isEmailShape(raw)).toBe(true);
    },
  );
  test.each([[''], ['alice'], ['@b'], ['a@'], ['a@b@c'], ['a b@c'], ['a@b\n'], [`${'x'.repeat(96)}@b.ua`]])(
    'refuses %j',
    (raw) => {
      expect(isEmailShape(raw)).toBe(false);
    },
  );
});

describe('the format of a phone number', () => {
  test.each([['0441234567'], ['+380441234567'], ['123456789012345']])('accepts %s', (raw) => {
    expect(isPhoneShape(raw)).toBe(true);
  });
  test.each([
    [''],
    ['123456789'],
    ['1234567890123456'],
    ['++380441234567'],
    ['+38 044 123 45 67'],
    ['３８０４４１２３４５６７'],
    ['380441234567\n'],
    ['380441234567+'],
  ])('refuses %j', (raw) => {
    expect(isPhoneShape(raw)).toBe(false);
  });
});

test('a phone number is one name, with its plus or without', () => {
  expect(normaliseName('+380501234567')).toBe(normaliseName(' 380501234567 '));
  expect(normaliseName('+12')).toBe('+12');
});
