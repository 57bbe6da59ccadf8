import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { hashingConcurrency, parseQuota } from './hashing-concurrency.ts';

// SR-19
test('hashes at most one password per core at once', () => {
  expect(hashingConcurrency()).toBeGreaterThanOrEqual(1);
  expect(hashingConcurrency()).toBeLessThanOrEqual(availableParallelism());
});

// SR-19
test.each([
  ['max 100000\n', Number.POSITIVE_INFINITY],
  ['200000 100000\n', 2],
  ['150000 100000\n', 1],
  ['50000 100000\n', 1],
  ['800000 100000', 8],
  ['0 0\n', Number.POSITIVE_INFINITY],
  ['', Number.POSITIVE_INFINITY],
])('counts the cores of the quota %j as %d', (text, cores) => {
  expect(parseQuota(text)).toBe(cores);
});
