import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS } from '../../../kernel/time.ts';
import { ADDRESS_WINDOW_MS, DEFAULT_CODE_LIMITS, defaultReserve, isWithinServerLimit } from './code-limits.ts';

// SR-48
test('SR-48: by default one address gets few codes, and each wider limit allows more', () => {
  const { perAddress, perAddressAndDay, perAccountAndHour, perHour } = DEFAULT_CODE_LIMITS;
  expect([perAddress, perAddressAndDay]).toEqual([5, 10]);
  expect(perAccountAndHour).toBeGreaterThan(perAddressAndDay);
  expect(perHour).toBeGreaterThan(perAccountAndHour);
  expect([ADDRESS_WINDOW_MS, DAY_MS]).toEqual([900_000, 86_400_000]);
});

// SR-48. The attack: one account, or several together, use up the codes that the server may send in an hour.
test('SR-48: whatever others request, each account can send its reserve, and the total is bounded', () => {
  const accounts = 4;
  const asked = fc.array(fc.nat({ max: accounts - 1 }), { maxLength: 200 });
  fc.assert(
    fc.property(asked, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 10 }), (order, perHour, reserve) => {
      const limits = { perHour, reservedPerAccount: reserve };
      const [tried, sent] = [Array<number>(accounts).fill(0), Array<number>(accounts).fill(0)];
      order.forEach((account, before) => {
        tried[account] = (tried[account] ?? 0) + 1;
        const counts = { ofAccount: tried[account], ofServer: before + 1 };
        if (isWithinServerLimit(limits, counts)) sent[account] = (sent[account] ?? 0) + 1;
      });
      tried.forEach((count, account) => {
        expect(sent[account]).toBeGreaterThanOrEqual(Math.min(count, reserve));
      });
      expect(sent.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(perHour + accounts * reserve);
    }),
  );
});

test('SR-48: every account may send up to the limit of the server, and beyond it up to its reserve', () => {
  const limits = { perHour: 10, reservedPerAccount: 2 };
  const cases = [
    [10, 10, true],
    [3, 11, false],
    [2, 11, true],
  ] as const;
  for (const [ofAccount, ofServer, isAllowed] of cases) {
    expect(isWithinServerLimit(limits, { ofAccount, ofServer })).toBe(isAllowed);
  }
});

test('by default each account has a fiftieth of the server’s limit in reserve, and one code at least', () => {
  expect([1, 49, 99, 100, 5000].map(defaultReserve)).toEqual([1, 1, 1, 2, 100]);
  expect(defaultReserve(DEFAULT_CODE_LIMITS.perHour)).toBe(DEFAULT_CODE_LIMITS.reservedPerAccount);
});
