import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../connection/service.ts';
import { lineOf } from './export-rows.ts';
import { checkColumns, tokenRow, USER_FIELDS, userRow } from './row-shapes.ts';

describe('a row of users', () => {
  test('takes a password hash as text, or as JSON', () => {
    const text = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
    expect(userRow({ login: 'ada', passwordHash: text }).passwordHash).toEqual({ format: 'text', text });
    expect(userRow({ login: 'ada', passwordHash: '{"format":"text","text":"x"}' }).passwordHash).toEqual({
      format: 'text',
      text: 'x',
    });
    expect(() => userRow({ login: 'ada', passwordHash: '{' })).toThrow('passwordHash: not JSON');
  });
});

test('a row of users takes metadata as an object, or as its JSON in a cell, as an export writes it', () => {
  const metadata = { plan: 'gold', regions: ['eu', '=1+1'] };
  expect(userRow({ login: 'ada', externalId: 'c-1', metadata }).metadata).toEqual(metadata);
  const [cell = ''] = parse(lineOf({ metadata }, ['metadata'], 'csv')).flat() as string[];
  expect(userRow({ login: 'ada', metadata: cell }).metadata).toEqual(metadata);
  expect(() => userRow({ login: 'ada', metadata: '{' })).toThrow('metadata: not JSON');
});

test('a row of tokens names its owner by any name', () => {
  const row = tokenRow({ name: 'Phone', kind: 'totp', secret: 'GEZDGNBV', owner: 'ada@example.com' });
  expect(row.owner).toBe('ada@example.com');
});

describe('the columns of a file', () => {
  const messageOf = (names: readonly string[]) => {
    try {
      checkColumns(names, USER_FIELDS, ['login']);
      return '';
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return error.message;
    }
  };

  test('are refused with one line for each that is unknown, repeated or missing', () => {
    expect(messageOf(['room', 'email', 'floor', 'email'])).toBe(
      [
        'room: not a known column',
        'floor: not a known column',
        'email: twice',
        'login: missing',
        `the columns are ${USER_FIELDS.join(', ')}`,
      ].join('\n'),
    );
  });

  test.each([
    ['e-mail', 'email'],
    ['emial', 'email'],
    ['Last_Name', 'secondName'],
    ['fristName', 'firstName'],
    ['Username', 'login'],
    ['password_hash', 'passwordHash'],
  ])('name the one that is probably meant by %s', (name, meant) => {
    const columns = meant === 'login' ? [name] : ['login', name];
    expect(messageOf(columns)).toContain(`${name}: not a known column; is it ${meant}?`);
  });

  test('are accepted in any order and number, and a line may end with a separator', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(USER_FIELDS), (names) => {
        expect(messageOf(['login', ...names.filter((name) => name !== 'login'), ''])).toBe('');
      }),
    );
  });

  test('SR-35: a column with terminal controls is printed without them', () => {
    expect(messageOf(['login', '\u001b[2J'])).not.toContain('\u001b');
  });
});
