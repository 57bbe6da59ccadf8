import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changesOf, conflictOf, type Fields, isSame, rebase } from './conflict.ts';

const value = fc.oneof(
  fc.integer({ max: 3, min: 0 }),
  fc.array(fc.integer({ max: 2, min: 0 }), { maxLength: 2 }),
  fc.constant(null),
);
const object = fc.record({ a: value, b: value, c: fc.record({ d: value }) });

describe('isSame', () => {
  test('compares as JSON, in any order of names', () => {
    expect(isSame({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true);
    for (const other of [{ a: 1 }, { a: 1, b: [1] }, { a: 1, b: { 0: 1 } }, null, 'a', { a: 1, c: [1, { c: null }] }]) {
      expect(isSame({ a: 1, b: [1, { c: null }] }, other)).toBe(false);
    }
  });
});

test('asks the user about fields that both changed differently, and lists what only the other changed', () => {
  const base = { name: 'Shop', threshold: 5, origins: ['a'] };
  const mine = { name: 'My shop', threshold: 7, origins: ['a'] };
  const theirs = { name: 'Their shop', threshold: 7, origins: ['a', 'b'] };
  expect(conflictOf(base, mine, theirs)).toEqual({
    theirs: [{ name: 'origins', was: ['a'], is: ['a', 'b'] }],
    both: [{ name: 'name', mine: 'My shop', theirs: 'Their shop' }],
  });
  expect(rebase(base, mine, theirs)).toEqual({ name: 'My shop', threshold: 7, origins: ['a', 'b'] });
  expect(rebase(base, mine, theirs, new Set(['name']))).toMatchObject({ name: 'Their shop' });
});

test('loses no change unless both changed the same field, and then names it', () => {
  fc.assert(
    fc.property(object, object, object, (base: Fields, mine: Fields, theirs: Fields) => {
      const after = rebase(base, mine, theirs);
      const sent = changesOf(theirs, after);
      const named = conflictOf(base, mine, theirs).both.map(({ name }) => name);
      for (const name of Object.keys(base)) {
        const isMine = !isSame(base[name], mine[name]);
        expect(after[name]).toEqual(isMine ? mine[name] : theirs[name]);
        // A request overwrites another administrator's change only where the user was asked.
        if (Object.hasOwn(sent, name) && !isSame(base[name], theirs[name])) expect(named).toContain(name);
      }
    }),
  );
});

test('yielding in every field results in the other version', () => {
  fc.assert(
    fc.property(object, object, object, (base: Fields, mine: Fields, theirs: Fields) => {
      const yielded = new Set(Object.keys(mine));
      expect(rebase(base, mine, theirs, yielded)).toEqual(theirs);
      expect(changesOf(theirs, rebase(base, mine, theirs, yielded))).toEqual({});
    }),
  );
});
