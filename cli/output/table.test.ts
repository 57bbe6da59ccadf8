import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatObject, formatTable } from './table.ts';

const GRANTS = [
  { resource: 'res_1smt49zfcga', allowed: true },
  { resource: 'res_2smt49zfcga', allowed: false },
];
const WINDOWS = [{ days: ['mon', 'tue', 'wed'], fromMinute: 480, toMinute: 1080 }];

const cellOf = (value: unknown, name = 'value') => formatTable([{ [name]: value }], [name]).split('\n')[1];

describe('cells', () => {
  test.each([
    ['a plan', { name: 'Free', active: true }, 'name Free, active true'],
    ['quotas', { users: 1000, resources: 10 }, 'users 1000, resources 10'],
    ['nothing', {}, '-'],
    ['an empty list', [], '-'],
    ['an empty text', '', '-'],
    ['a list of words', ['read', 'write'], 'read write'],
    ['a list of objects', [{ a: 1 }, { a: 2 }], 'a 1; a 2'],
    ['an object in an object', { token: { id: 'tok_1', used: [] } }, 'token id tok_1, used -'],
    [
      'a field named like a property of every object',
      JSON.parse('{"__proto__":{},"constructor":{}}'),
      '__proto__ -, constructor -',
    ],
    ['an instant inside', [{ createdAt: 0 }], 'createdAt 1970-01-01T00:00:00.000Z'],
  ])('%s', (_, value, expected) => expect(cellOf(value)).toBe(expected));

  test('grants and times are shown as they are typed', () => {
    expect(cellOf(GRANTS, 'grants')).toBe('res_1smt49zfcga,res_2smt49zfcga:assigned');
    expect(cellOf([], 'grants')).toBe('-');
    const rule = { kind: 'time', zone: 'Europe/Vienna', windows: WINDOWS };
    expect(cellOf(rule, 'rule')).toBe('kind time, zone Europe/Vienna, windows mon-wed 08:00-18:00');
    expect(formatObject({ administrator: { grants: GRANTS }, rule })).toBe(
      [
        'administrator.grants  res_1smt49zfcga,res_2smt49zfcga:assigned',
        'rule.kind             time',
        'rule.zone             Europe/Vienna',
        'rule.windows          mon-wed 08:00-18:00',
      ].join('\n'),
    );
  });

  test('no cell is JSON, spans lines or is empty', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const lines = formatTable([{ value }], ['value']).split('\n');
        expect(lines).toHaveLength(2);
        if (typeof value === 'object' && value !== null) expect(lines[1]).not.toBe(JSON.stringify(value));
      }),
    );
  });
});

// Terminals give an ideograph and most emoji two columns, and a combining mark none.
test.each([
  ['ideographs', '山田太郎', 8],
  ['full-width letters', 'Ａｂｃ', 6],
  ['Hangul', '서울', 4],
  ['an emoji', 'key 🔑', 6],
  ['an emoji with a skin tone', '👍🏽', 2],
  ['a flag', '🇦🇹', 2],
  ['a combining mark', 'e\u0301', 1],
  ['Latin letters', 'Zoë', 3],
])('%s: columns are aligned', (_, login, columns) => {
  const rows = [
    { login, id: 'usr_1' },
    { login: 'x'.repeat(10), id: 'usr_2' },
  ];
  expect(formatTable(rows, ['login', 'id']).split('\n')[1]).toBe(`${login}${' '.repeat(10 - columns)}  usr_1`);
  expect(formatObject({ [login]: 'a', xxxxxxxxxx: 'b' }).split('\n')[0]).toBe(`${login}${' '.repeat(10 - columns)}  a`);
});
