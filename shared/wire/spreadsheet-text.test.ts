import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCharacter } from '../testing/any-character.ts';
import { spreadsheetCell, spreadsheetText } from './spreadsheet-text.ts';

// The attack: a name or a user agent that is a formula in an administrator's spreadsheet (CWE-1236).
test.each([
  '=HYPERLINK("https://evil.example")',
  '+1+cmd|calc!A0',
  '-2+3',
  '@SUM(1)',
  '\t=1',
  '\r=1',
  '\n=1',
  ' =1',
  '\u00a0=1',
  '\0=1',
  '\uff1d1+1',
  '\uff0b1',
  '\uff0d1',
  '\uff20SUM(1)',
  '|calc',
  '%1',
  '+',
  '-1',
  '+12 34',
  '+\uff11',
  '+1\n',
])('escapes %j', (text) => {
  expect(spreadsheetText(text)).toBe(`'${text}`);
});

test.each(['', 'Ada', "O'Hara", '1=1', 'a+b', 'ada@acme.example', '+436641234567', '0123', ' Ada', '{"a":1}'])(
  'leaves %j unchanged',
  (text) => {
    expect(spreadsheetText(text)).toBe(text);
  },
);

test('never starts a formula, and adds only an apostrophe, for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      const safe = spreadsheetText(text);
      expect([text, `'${text}`]).toContain(safe);
      if (!/^\+?[0-9]+$/.test(safe)) expect(safe.trimStart()).not.toMatch(/^[=+\-@|%]/);
    }),
  );
});

test('a cell keeps quotes, commas and line ends in its text, and starts no formula', () => {
  expect(spreadsheetCell('Ada, "the\r\nfirst"')).toBe('"Ada, ""the\r\nfirst"""');
  expect(spreadsheetCell('=1')).toBe(`"'=1"`);
});
