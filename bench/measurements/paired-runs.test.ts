import { expect, test } from 'vitest';
import type { Tally } from '../load/tally.ts';
import { compare, runInPairs } from './paired-runs.ts';

const tally = (perSecond: number, statuses: Record<string, number> = { 200: 10 }): Tally => ({
  perSecond,
  p50Ms: 1000 / perSecond,
  p99Ms: 2000 / perSecond,
  maxMs: 3000 / perSecond,
  statuses,
});

/** Returns these rates, one per round, and records when it was called. */
function side(name: string, rates: number[], order: string[]) {
  const left = [...rates];
  return {
    take: async () => {
      order.push(name);
      return tally(left.shift() ?? 0);
    },
    pid: () => undefined,
  };
}

test('sides alternate, medians count, and the ratio is the median of the rounds’ ratios', async () => {
  const order: string[] = [];
  const sides = await runInPairs(3, {
    bare: side('a', [100, 10, 50], order),
    service: side('b', [50, 9, 10], order),
  });
  expect(order.join('')).toBe('ababab');
  expect(sides.bare.perSecond).toBe(50);
  expect(compare(sides.service, sides.bare)).toMatchObject({ perSecond: 10, ratio: 0.5 });
});

test('a refusal is no measurement', async () => {
  const refusing = { take: async () => tally(10, { 200: 9, 401: 1 }), pid: () => undefined };
  await expect(runInPairs(1, { service: refusing })).rejects.toThrow('"401":1');
});

test('a side that is refused on purpose is measured by its refusals', async () => {
  const side = (statuses: Record<string, number>) => ({
    refused: { take: async () => tally(10, statuses), pid: () => process.pid, status: 401 },
  });
  const { refused } = await runInPairs(1, side({ 401: 10 }));
  expect(refused.cpuMicros).toBeGreaterThanOrEqual(0);
  await expect(runInPairs(1, side({ 401: 9, 200: 1 }))).rejects.toThrow('"200":1');
});
