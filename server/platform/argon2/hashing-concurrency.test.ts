import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { hashingConcurrency, usableCores } from './hashing-concurrency.ts';

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
test('shares a configured number among the workers', () => {
  expect(hashingConcurrency(1, 12)).toBe(12);
  expect(hashingConcurrency(5, 12)).toBe(2);
  expect(hashingConcurrency(64, 12)).toBe(1);
});
