import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { innerAddress } from '../router.ts';
import {
  attemptsHref,
  type DayView,
  hrefOf,
  OTHERS,
  outcomesByDay,
  PERIODS,
  readActivityView,
  reasonsByDay,
  reasonsOf,
  stack,
  sumOf,
} from './activity.ts';

const RESOURCE = 'res_01k8dq9z2mp';
const reason = fc.constantFrom('OTP_WRONG', 'TOKEN_LOCKED', 'ACCESS_DENIED', 'FILTER_DENIED', 'A', 'B', 'constructor');
const day = fc.record({
  day: fc.constant('2027-01-15'),
  granted: fc.nat(1000),
  refused: fc.dictionary(reason, fc.integer({ min: 1, max: 1000 }), { noNullPrototype: true }),
  activeUsers: fc.constant({ count: 0, exact: true }),
  complete: fc.boolean(),
}) satisfies fc.Arbitrary<DayView>;
const days = fc.array(day, { maxLength: 12 });

describe('the view', () => {
  test('is in the address, except for its defaults', () => {
    for (const one of PERIODS) {
      for (const resource of [RESOURCE, undefined]) {
        const shown = { days: one, resource };
        const href = hrefOf(shown);
        expect(innerAddress(href)?.route).toBe('home');
        expect(readActivityView(innerAddress(href)?.query ?? new URLSearchParams())).toEqual(shown);
      }
    }
    expect(hrefOf({ days: 30, resource: undefined })).toBe('/console');
  });

  test.each(['days=8', 'days=', 'days=1e1', 'resource=usr_01k8dq9z2mp', 'resource=%3Cb%3E', ''])(
    'falls back to the defaults for %j',
    (query) => {
      expect(readActivityView(new URLSearchParams(query))).toEqual({ days: 30, resource: undefined });
    },
  );
});

describe('the numbers', () => {
  test('of refusal reasons add up to the refusals', () => {
    fc.assert(
      fc.property(days, (all) => {
        const [, refused] = outcomesByDay(all);
        const series = reasonsByDay(all);
        expect(series.length).toBeLessThanOrEqual(6);
        all.forEach((_, at) => {
          expect(series.reduce((sum, { values }) => sum + (values[at] ?? 0), 0)).toBe(refused?.values[at]);
        });
        expect(series.filter(({ values }) => values.some((value) => value < 0))).toEqual([]);
        expect(series.map(({ key }) => key).indexOf(OTHERS)).toBe(
          series.some(({ key }) => key === OTHERS) ? series.length - 1 : -1,
        );
        const counts = reasonsOf(all).map(([, count]) => count);
        expect(counts).toEqual([...counts].sort((one, other) => other - one));
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(
          all.reduce((sum, one) => sum + sumOf(one.refused), 0),
        );
      }),
    );
  });

  test('are stacked up to the sum', () => {
    fc.assert(
      fc.property(days, (all) => {
        const series = reasonsByDay(all);
        const heights = stack(series);
        heights.forEach((values, at) => {
          values.forEach((value, on) => {
            expect(value - (heights[at - 1]?.[on] ?? 0)).toBe(series[at]?.values[on]);
          });
        });
        if (heights.length > 0) expect(heights.at(-1)).toEqual(all.map(({ refused }) => sumOf(refused)));
      }),
    );
  });

  test('link to the events they count: whole UTC days, to the last millisecond', () => {
    const query = innerAddress(
      attemptsHref({
        outcome: 'refused',
        reason: 'OTP_WRONG',
        resource: RESOURCE,
        from: '2027-01-14',
        to: '2027-01-15',
      }),
    )?.query;
    expect(Object.fromEntries(query ?? [])).toEqual({
      type: 'authentication',
      outcome: 'refused',
      resource: RESOURCE,
      reason: 'OTP_WRONG',
      from: String(Date.UTC(2027, 0, 14)),
      to: String(Date.UTC(2027, 0, 16) - 1),
    });
    expect(attemptsHref({ from: '2027-01-15' })).toBe(
      `/console/events?type=authentication&from=${Date.UTC(2027, 0, 15)}`,
    );
  });
});
