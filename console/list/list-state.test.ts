import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTrail, type ListState, listStateOf, queryOf, toggleSort, withChanges } from './list-state.ts';

const SHAPE = { sorts: ['name'], filters: { kind: ['totp', 'sms'], enabled: ['true', 'false'] } };
const read = (text: string) => listStateOf(new URLSearchParams(text), SHAPE);

test('reads the state from the address and writes it back the same way', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((one) => one.trim());
  const state = fc.record({
    search: text,
    sort: fc.constantFrom(undefined, 'name'),
    order: fc.constantFrom(undefined, 'asc' as const, 'desc' as const),
    after: fc.constantFrom(undefined, 'abc', 'a+b/c=&search=x'),
    filters: fc.constantFrom<ListState['filters']>({}, { kind: 'sms' }, { kind: 'totp', enabled: 'false' }),
  });
  fc.assert(
    fc.property(state, (one) => {
      expect(read(queryOf(one))).toEqual(one);
    }),
  );
});

test('writes nothing for the defaults, and appends further parameters', () => {
  expect(queryOf(read(''))).toBe('');
  expect(queryOf(read('search=shop'), { limit: '50' })).toBe('?search=shop&limit=50');
});

describe('ignores invalid values in the address', () => {
  test.each(['sort=password', 'order=up', 'kind=__proto__', 'kind=', '__proto__=x', 'after=', 'limit=9999', 'search='])(
    '%s',
    (text) => {
      expect(queryOf(read(text))).toBe('');
    },
  );
});

test('starts at the first page when the list changes', () => {
  const state = read('search=a&after=xyz&kind=sms');
  expect(withChanges(state, { search: 'b' }).after).toBeUndefined();
  expect(withChanges(state, { after: 'next' })).toMatchObject({ search: 'a', after: 'next', filters: { kind: 'sms' } });
});

test('toggles a column between ascending, descending and the default', () => {
  const by = (state: ListState) => [state.sort, state.order];
  const one = toggleSort(read('after=x'), 'name');
  expect([by(one), one.after]).toEqual([['name', 'asc'], undefined]);
  const two = toggleSort(one, 'name');
  expect(by(two)).toEqual(['name', 'desc']);
  expect(by(toggleSort(two, 'name'))).toEqual([undefined, undefined]);
});

test('back leads to the previous page of the same list only', () => {
  const trail = createTrail();
  trail.note('a', undefined, '2');
  trail.note('a', '2', '3');
  expect(trail.before('a', '3')).toEqual({ after: '2' });
  expect(trail.before('a', '2')).toEqual({ after: undefined });
  expect(trail.before('b', '2')).toBeUndefined();
});
