import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS } from '../../server/kernel/time.ts';
import { planMonth, type Site } from './plan-month.ts';

const DAYS = 30;
const sites = fc.subarray<Site>(['shop', 'staff'], { minLength: 1 });
const input = fc.record({
  members: fc.array(sites, { minLength: 1, maxLength: 12 }),
  now: fc.integer({ min: DAY_MS * 365, max: 4_000_000_000_000 }),
});

test('plans no attempt in the future or outside its day, and all of a day in time', () => {
  fc.assert(
    fc.property(input, ({ members, now }) => {
      const plan = planMonth(members, DAYS, now);
      expect(plan).toHaveLength(DAYS);
      for (const [index, attempts] of plan.entries()) {
        const start = now - (now % DAY_MS) - (DAYS - 1 - index) * DAY_MS;
        const times = attempts.map(({ at }) => at);
        expect(times).toEqual(times.toSorted((one, other) => one - other));
        expect(times.every((at) => at >= start && at < Math.min(now, start + DAY_MS))).toBe(true);
        expect(attempts.every(({ who, site }) => members[who]?.includes(site))).toBe(true);
      }
    }),
  );
});

test('no two attempts of a member are in one time step of a code', () => {
  fc.assert(
    fc.property(input, ({ members, now }) => {
      for (const attempts of planMonth(members, DAYS, now)) {
        const steps = attempts.map(({ who, at }) => `${who} ${Math.floor(at / 30_000)}`);
        expect(new Set(steps).size).toBe(steps.length);
      }
    }),
  );
});

test('only the staff portal is tried from outside, and the plan is the same each time', () => {
  const members: Site[][] = [['shop'], ['staff'], ['shop', 'staff']];
  const now = 1_800_000_000_000;
  const plan = planMonth(members, DAYS, now);
  expect(planMonth(members, DAYS, now)).toEqual(plan);
  const kinds = (site: Site) => new Set(plan.flat().flatMap((one) => (one.site === site ? [one.kind] : [])));
  expect(kinds('shop')).toEqual(new Set(['right', 'wrong-password', 'wrong-code']));
  expect(kinds('staff')).toEqual(new Set(['right', 'wrong-password', 'wrong-code', 'outside']));
});
