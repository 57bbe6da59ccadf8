import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_USERS, readUsers, type UserRow } from './read-users.ts';

function rowsOf(text: string): UserRow[] {
  const read = readUsers(text);
  if ('flaw' in read) throw new Error(read.flaw);
  return read.rows;
}

describe('reading a file', () => {
  test('recognizes other column names and separators, and drops empty cells', () => {
    expect(
      rowsOf('\uFEFFUser Name;E-Mail;Vorname;last_name;API-support\r\nmaria; m@x.example ;María;;nein\r\n'),
    ).toEqual([{ line: 2, fields: { login: 'maria', email: 'm@x.example', firstName: 'María', apiSupport: false } }]);
  });

  test('keeps line numbers past empty rows and cells with line breaks', () => {
    const rows = rowsOf('login,firstName\n\na,"one\ntwo"\n , \nb,\n');
    expect(rows).toEqual([
      { line: 3, fields: { login: 'a', firstName: 'one\ntwo' } },
      { line: 5, fields: { login: 'b' } },
    ]);
  });

  test('reads metadata as JSON, and leaves what is none to the service, which refuses it', () => {
    const rows = rowsOf('login,External ID,metadata\na,c-1,"{""plan"":""gold""}"\nb,,gold\n');
    expect(rows.map(({ fields }) => fields)).toEqual([
      { login: 'a', externalId: 'c-1', metadata: { plan: 'gold' } },
      { login: 'b', metadata: 'gold' },
    ]);
  });

  test('reports unknown columns, and never reads passwords', () => {
    const read = readUsers('login,room,Password,password_hash\na,1,secret,$2b$\n');
    expect(read).toEqual({ rows: [{ line: 2, fields: { login: 'a' } }], unknown: ['room'], hasPasswords: true });
    expect(JSON.stringify(read)).not.toContain('secret');
  });

  test('reads back what it wrote, whatever the cells contain', () => {
    const cell = fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => text.replace(/\0|\uFEFF/g, '').trim());
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), (cells) => {
        const filled = cells.filter(([login, first]) => login !== '' && first !== '');
        fc.pre(filled.length > 0);
        const text = ['login,firstName', ...filled.map((row) => row.map(quoted).join(','))].join('\r\n');
        expect(rowsOf(text).map(({ fields }) => [fields.login, fields.firstName])).toEqual(filled);
      }),
    );
  });
});

describe('duplicate users', () => {
  test('are found by any name, in any case, with or without a plus sign; a row is no duplicate of itself', () => {
    const text = [
      'login,email,phone',
      'maria,Maria@x.example,+4915112345678',
      'jonas,maria@X.EXAMPLE,',
      '4915112345678,,',
      'MARIA,,',
      'a@x.example,a@x.example,',
    ].join('\n');
    expect(rowsOf(text).map(({ twice }) => twice)).toEqual([undefined, 2, 2, 2, undefined]);
  });
});

test.each([
  ['email\na@x.example\n', { flaw: 'no-login' }],
  ['', { flaw: 'no-login' }],
  ['login,email\n\n , \n', { flaw: 'empty' }],
  ['login,username\na,b\n', { flaw: 'repeated-column', column: 'login' }],
  ['login\n"a\nb\n', { flaw: 'unreadable', line: 2 }],
  [`login\n${'a\n'.repeat(MAX_USERS + 1)}`, { flaw: 'too-many', maxItems: MAX_USERS }],
])('refuses an invalid file: %#', (text, flaw) => {
  expect(readUsers(text)).toEqual(flaw);
});
