import { spreadsheetText } from '@countersign/protocol/spreadsheet-text';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCharacter } from '../../shared/testing/any-character.ts';
import { lineOf } from './export-rows.ts';

const COLUMNS = ['login', 'phone'];

// The attack: a user registers with a name that a spreadsheet would compute.
test.each(['=1+1', ' =1', '|calc', '%1', '\uff1d1+1', '\u00a0@SUM(1)'])('%j is text in a spreadsheet', (login) => {
  expect(lineOf({ login }, COLUMNS, 'csv')).toBe(`'${login},`);
});

test('phone numbers and JSON Lines are not changed', () => {
  expect(lineOf({ login: 'ada', phone: '+436641234567' }, COLUMNS, 'csv')).toBe('ada,+436641234567');
  expect(lineOf({ login: '=1' }, COLUMNS, 'jsonl')).toBe('{"login":"=1"}');
});

test('a line is one row that reads back unchanged', () => {
  const text = fc.string({ unit: anyCharacter });
  fc.assert(
    fc.property(text, text, (login, phone) => {
      const rows = parse(lineOf({ login, phone }, COLUMNS, 'csv'), {
        relax_column_count: true,
        skip_empty_lines: false,
      });
      expect(rows).toEqual([[spreadsheetText(login), spreadsheetText(phone)]]);
    }),
  );
});
