import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idFromBytes, type UserId } from '../../kernel/ids.ts';
import { addUsers, countUsers, EXACT_UP_TO, joinUsers, NO_USERS } from './distinct-users.ts';

const user = (number: number): UserId =>
  idFromBytes('usr', createHash('sha256').update(String(number)).digest().subarray(0, 7));
const users = (count: number, from = 0) => Array.from({ length: count }, (_, at) => user(from + at));

describe('distinct users', () => {
  test('are exact while few, for any batch size and any number of repeats', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(60))), (portions) => {
        const counted = portions.reduce((to, portion) => addUsers(to, portion.map(user)), NO_USERS);
        expect(countUsers(counted)).toEqual({ count: new Set(portions.flat()).size, exact: true });
      }),
    );
    const full = addUsers(NO_USERS, users(EXACT_UP_TO));
    expect(countUsers(full)).toEqual({ count: EXACT_UP_TO, exact: true });
    expect(addUsers(full, users(10))).toBe(full);
  });

  test('are estimated from any registers as the paper says', () => {
    // Also with every register nearly full, where the last term counts.
    const ranks = fc.oneof(
      fc.array(fc.nat(41), { minLength: 1, maxLength: 50 }),
      fc.array(fc.integer({ min: 38, max: 41 }), { minLength: 1, maxLength: 8 }),
    );
    fc.assert(
      fc.property(ranks, fc.oneof(fc.constant(0), fc.nat(4096)), (some, empty) => {
        const registers = Uint8Array.from({ length: 4096 }, (_, at) =>
          at < empty ? 0 : (some[at % some.length] ?? 0),
        );
        fc.pre(registers.some((rank) => rank !== 41));
        const { count } = countUsers({ registers: Buffer.from(registers).toString('base64') });
        const expected = estimate(registers);
        // Above that, the numbers have gaps.
        if (expected < 1e12) expect(Math.abs(count - expected)).toBeLessThanOrEqual(1);
        else expect(count / expected).toBeCloseTo(1, 6);
      }),
    );
    expect(countUsers({ registers: Buffer.alloc(4096).toString('base64') })).toEqual({ count: 0, exact: false });
  });

  test.each([EXACT_UP_TO + 1, 3000, 10_000, 20_000, 60_000])('estimates %i users within five per cent', (count) => {
    let counted = NO_USERS;
    for (let from = 0; from < count; from += 777) counted = addUsers(counted, users(Math.min(777, count - from), from));
    const estimate = countUsers(counted);
    expect(estimate.exact).toBe(false);
    expect(Math.abs(estimate.count - count) / count).toBeLessThan(0.05);
    // Neither time nor repetition increases the count.
    expect(addUsers(counted, users(count))).toEqual(counted);
    expect(JSON.stringify(counted).length).toBeLessThan(20_000);
  });

  test.each([
    [10, 20],
    [EXACT_UP_TO, EXACT_UP_TO],
    [10, 3000],
    [3000, 10],
    [3000, 4000],
  ])('of two resources, %i and %i with an overlap, count like those of one', (first, second) => {
    const [one, other] = [addUsers(NO_USERS, users(first)), addUsers(NO_USERS, users(second, Math.floor(first / 2)))];
    const together = addUsers(one, users(second, Math.floor(first / 2)));
    expect(countUsers(joinUsers(one, other))).toEqual(countUsers(together));
  });
});

/** arXiv:1702.01284, equation 17, with as many terms of the two series as count. */
function estimate(registers: Uint8Array): number {
  const size = registers.length;
  const share = (rank: number) => registers.filter((one) => one === rank).length / size;
  const terms = Array.from({ length: 60 }, (_, at) => at + 1);
  const sum = (term: (k: number) => number) => terms.reduce((total, k) => total + term(k), 0);
  const empty = share(0);
  if (empty === 1) return 0;
  const sigma = empty + sum((k) => empty ** (2 ** k) * 2 ** (k - 1));
  const unfilled = 1 - share(41);
  const tau = (1 - unfilled - sum((k) => (1 - unfilled ** (2 ** -k)) ** 2 * 2 ** -k)) / 3;
  const middle = Array.from({ length: 40 }, (_, at) => share(at + 1) * 2 ** -(at + 1)).reduce((a, b) => a + b);
  return size / (2 * Math.LN2 * (sigma + middle + tau * 2 ** -40));
}
