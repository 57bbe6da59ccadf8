import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PIN_DIGITS, parseOtp, parseTypedOtp } from './format.ts';

// SR-47: anything but exactly 6 to 10 ASCII digits is refused before it counts.
test.each([['123456'], ['000000'], ['12345678'], ['0123456789']])('%s is a one-time password', (input) => {
  expect(parseOtp(input)).toBe(input);
});

test.each([
  ['an empty text', ''],
  ['five digits', '12345'],
  ['eleven digits', '12345678901'],
  ['a number', 123456],
  ['a big integer', 123456n],
  ['an array that prints as a code', ['123456']],
  ['an object that prints as a code', { toString: () => '123456' }],
  ['null', null],
  ['undefined', undefined],
  ['a leading blank', ' 123456'],
  ['a trailing newline', '123456\n'],
  ['a grouping blank', '123 456'],
  ['a sign', '+123456'],
  ['a minus', '-123456'],
  ['an exponent', '1e2345'],
  ['hexadecimal', '0x1234'],
  ['full-width digits', '１２３４５６'],
  ['Arabic-Indic digits', '١٢٣٤٥٦'],
  ['a zero byte', '123456\u0000'],
])('refused: %s', (_name, input) => {
  expect(parseOtp(input)).toBeUndefined();
});

test('accepts a text exactly if every character is an ASCII digit and there are 6 to 10', () => {
  const nearlyDigits = fc.string({ unit: fc.constantFrom(...'0123456789', '٣', ' ', '\n', '+'), maxLength: 12 });
  fc.assert(
    fc.property(nearlyDigits, (text) => {
      const digits = [...text].every((c) => c >= '0' && c <= '9') && text.length >= 6 && text.length <= 10;
      expect(parseOtp(text)).toBe(digits ? text : undefined);
      if (digits) expect(parseTypedOtp(text)).toBe(text);
    }),
    { numRuns: 2_000 },
  );
});

// SR-47
test('with its PIN a code has four more digits, and the same strict form', () => {
  expect(PIN_DIGITS).toBe(4);
  for (const typed of ['123456', '0427123456', '01234567890123']) expect(parseTypedOtp(typed)).toBe(typed);
  for (const typed of [
    '12345',
    '012345678901234',
    ' 0427123456',
    '0427123456\n',
    '0427 123456',
    427123456,
    undefined,
  ]) {
    expect(parseTypedOtp(typed)).toBeUndefined();
  }
});
