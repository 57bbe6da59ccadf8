import { expect, test } from 'vitest';
import { deadlineIn } from './deadline.ts';

test('uses the clock that has advanced further, and never goes below zero', () => {
  const now = { wall: 1_000_000, steady: 50 };
  const deadline = deadlineIn(10_000, { wall: () => now.wall, steady: () => now.steady });
  expect(deadline.leftMs()).toBe(10_000);
  now.steady += 4_000;
  now.wall -= 3_600_000; // set back by hand
  expect(deadline.leftMs()).toBe(6_000);
  now.wall += 3_600_000 + 9_000; // the device slept
  expect(deadline.leftMs()).toBe(1_000);
  now.wall += 60_000;
  expect(deadline.leftMs()).toBe(0);
});
