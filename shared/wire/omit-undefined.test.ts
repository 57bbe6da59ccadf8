import fc from 'fast-check';
import { expect, expectTypeOf, it } from 'vitest';
import { omitUndefined } from './omit-undefined.ts';

it('leaves out undefined members and keeps every other value, in order', () => {
  const value = fc.oneof(fc.constant(undefined), fc.constant(null), fc.constant(false), fc.constant(''), fc.nat());
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,3}$/), value)), (entries) => {
      const members = Object.fromEntries(entries);
      const expected = Object.entries(members).filter(([, member]) => member !== undefined);
      expect(Object.entries(omitUndefined(members))).toEqual(expected);
    }),
  );
});

it('makes the members that can be undefined optional', () => {
  const address = undefined as string | undefined;
  expectTypeOf(omitUndefined({ id: 1, address })).branded.toEqualTypeOf<{ id: number; address?: string }>();
});
