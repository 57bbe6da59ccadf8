import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resourceId } from '../testing/samples.ts';
import { lastSignInDay, laterSignIns, MAX_SIGN_IN_RESOURCES, type SignInDays } from './last-sign-ins.ts';

const days = fc.dictionary(
  fc.integer({ min: 1, max: 5 }).map(resourceId),
  fc.integer({ min: 10, max: 28 }).map((day) => `2027-01-${day}`),
) as fc.Arbitrary<SignInDays>;
const later = (before: SignInDays, ...all: SignInDays[]) =>
  all.reduce((known, more) => laterSignIns(known, more) ?? known, before);

test('days only move forward, in any order and as often as they come', () => {
  fc.assert(
    fc.property(days, days, (one, other) => {
      const both = later({}, one, other);
      expect(later({}, other, one, one, other)).toEqual(both);
      expect(laterSignIns(both, one)).toBeUndefined();
      for (const [resource, day] of Object.entries({ ...one, ...other }))
        expect((both[resource as keyof SignInDays] ?? '') >= day).toBe(true);
    }),
  );
});

test('the last day is that of the resources that are shown', () => {
  const [shop, office] = [resourceId(1), resourceId(2)];
  const known = { [shop]: '2027-01-15', [office]: '2027-02-01' };
  expect(lastSignInDay(known, () => true)).toBe('2027-02-01');
  expect(lastSignInDay(known, (one) => one === shop)).toBe('2027-01-15');
  expect(lastSignInDay(known, () => false)).toBeUndefined();
  expect(lastSignInDay(undefined, () => true)).toBeUndefined();
});

test('the oldest days are forgotten beyond 200 resources', () => {
  const many = Object.fromEntries(
    Array.from({ length: MAX_SIGN_IN_RESOURCES }, (_, nr) => [
      resourceId(nr + 1),
      nr === 7 ? '2020-01-01' : '2027-01-01',
    ]),
  );
  const kept = laterSignIns(many, { [resourceId(900)]: '2027-01-02' });
  expect(Object.keys(kept ?? {})).toHaveLength(MAX_SIGN_IN_RESOURCES);
  expect(kept).toHaveProperty(resourceId(900));
  expect(kept).not.toHaveProperty(resourceId(8));
});
