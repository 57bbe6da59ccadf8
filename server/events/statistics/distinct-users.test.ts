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
    expect(countUsers(addUsers(NO_USERS, users(EXACT_UP_TO)))).toEqual({ count: EXACT_UP_TO, exact: true });
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
