import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { hashingConcurrency, parseQuota, usableCores } from './hashing-concurrency.ts';

// SR-19
test('hashes at most one password per core at once', () => {
  expect(hashingConcurrency()).toBeGreaterThanOrEqual(1);
  expect(hashingConcurrency()).toBeLessThanOrEqual(availableParallelism());
});

// SR-19. The attack: a flood of passwords on each of several workers, which together take every core many times over.
test('hashes at most one password per core at once in all workers together', () => {
  const cores = usableCores();
  for (let workers = 1; workers <= cores; workers++) {
    expect(workers * hashingConcurrency(workers)).toBeLessThanOrEqual(cores);
  }
  // More workers than cores: one each.
  expect(hashingConcurrency(cores + 1)).toBe(1);
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
