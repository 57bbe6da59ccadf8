import { describe, expect, test } from 'vitest';
import { median, quantile, TallyBuilder } from './tally.ts';

describe('quantiles', () => {
  test.each([
    [[7], 0.99, 7],
    [[1, 2, 3, 4], 0.5, 2],
    [Array.from({ length: 100 }, (_, at) => at + 1), 0.99, 99],
    [Array.from({ length: 101 }, (_, at) => at + 1), 0.99, 100],
    [[1, 2, 3], 1, 3],
    [[], 0.5, 0],
  ])('of %j at %d', (sorted, q, expected) => {
    expect(quantile(sorted, q)).toBe(expected);
  });

  test('the median does not need sorted numbers and does not change them', () => {
    const numbers = [10, 9, 1];
    expect(median(numbers)).toBe(9);
    expect(numbers).toEqual([10, 9, 1]);
  });
});

test('rates and latencies cover responses of 200; all are counted', () => {
  const tallying = new TallyBuilder();
  for (const latency of [1, 2, 30]) tallying.count(200, latency);
  tallying.count(503, 0.1);
  expect(tallying.finish(500)).toEqual({
    perSecond: 6,
    p50Ms: 2,
    p99Ms: 30,
    maxMs: 30,
    statuses: { 200: 3, 503: 1 },
  });
});

test('of refusals that are meant, only they count', () => {
  const tallying = new TallyBuilder(401);
  tallying.count(401, 3);
  tallying.count(200, 1);
  expect(tallying.finish(1000)).toMatchObject({ perSecond: 1, maxMs: 3, statuses: { 200: 1, 401: 1 } });
});
