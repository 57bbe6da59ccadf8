import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCharacter } from '../testing/any-character.ts';
import { spreadsheetText } from './spreadsheet-text.ts';

// The attack: a name or a user agent that is a formula in the spreadsheet of whoever administers (CWE-1236).
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
])('%j is text', (text) => {
  expect(spreadsheetText(text)).toBe(`'${text}`);
});

test.each(['', 'Ada', "O'Hara", '1=1', 'a+b', 'ada@acme.example', '+436641234567', '0123', ' Ada', '{"a":1}'])(
  '%j stays as it is',
  (text) => {
    expect(spreadsheetText(text)).toBe(text);
  },
);

test('whatever the text, what comes out begins no formula, and nothing but an apostrophe was added', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      const safe = spreadsheetText(text);
      expect([text, `'${text}`]).toContain(safe);
      if (!/^\+?[0-9]+$/.test(safe)) expect(safe.trimStart()).not.toMatch(/^[=+\-@|%]/);
    }),
  );
});
