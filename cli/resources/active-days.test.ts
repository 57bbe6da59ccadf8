import fc from 'fast-check';
import { expect, test } from 'vitest';
import { activeDays } from './active-days.ts';

const quiet = (day: string) => ({
  day,
  granted: 0,
  refused: {},
  methods: {},
  factors: {},
  activeUsers: { count: 0, exact: true },
  complete: true,
});

test('omits days without a sign-in, and adds a total', () => {
  const first = {
    ...quiet('2027-01-02'),
    granted: 2,
    refused: { OTP_WRONG: 1 },
    methods: { password: 1 },
    factors: { password: 2 },
  };
  const second = { ...quiet('2027-01-04'), refused: { OTP_WRONG: 2, USER_BLOCKED: 1 } };
  const third = { ...quiet('2027-01-05'), granted: 1, factors: { password: 1 } };
  expect(activeDays([quiet('2027-01-01'), first, quiet('2027-01-03'), second, third])).toEqual([
    first,
    second,
    third,
    {
      day: 'total',
      granted: 3,
      refused: { OTP_WRONG: 3, USER_BLOCKED: 1 },
      methods: { password: 1 },
      factors: { password: 3 },
      complete: true,
    },
  ]);
});

test('keeps a day that may be incomplete', () => {
  const torn = { ...quiet('2027-01-02'), complete: false };
  expect(activeDays([quiet('2027-01-01'), torn])).toMatchObject([torn, { day: 'total', granted: 0, complete: false }]);
});

test('shows nothing if all days are empty', () => {
  expect(activeDays([quiet('2027-01-01'), quiet('2027-01-02')])).toEqual([]);
  expect(activeDays([])).toEqual([]);
});

test('loses and repeats no attempt', () => {
  const reasons = fc.dictionary(
    fc.constantFrom('OTP_WRONG', 'USER_BLOCKED', '__proto__'),
    fc.integer({ min: 1, max: 99 }),
  );
  const day = fc.record({ granted: fc.nat(9), refused: reasons, complete: fc.boolean() });
  fc.assert(
    fc.property(fc.array(day), (days) => {
      const rows = activeDays(days);
      const attempts = (row: (typeof rows)[number]) =>
        Number(row.granted) + Object.values(Object(row.refused) as Record<string, number>).reduce((a, b) => a + b, 0);
      const all = days.reduce((total, one) => total + attempts(one), 0);
      expect(rows.slice(0, -1).reduce((total, one) => total + attempts(one), 0)).toBe(all);
      expect(rows.length === 0 ? 0 : attempts(rows.at(-1) ?? {})).toBe(all);
    }),
  );
});
