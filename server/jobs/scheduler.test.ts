import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { repeat } from './scheduler.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('work is done at once and after each pause, also when it failed, and not after the stop', async () => {
  const faults: unknown[] = [];
  let runs = 0;
  const repeating = repeat(
    async () => {
      runs += 1;
      if (runs === 2) throw new Error('once');
    },
    1_000,
    (error) => faults.push(error),
  );
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(runs).toBe(3);
  expect(faults).toEqual([new Error('once')]);
  await repeating.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(runs).toBe(3);
});

test('a run that takes long is not joined by another, and a stop waits for it', async () => {
  let finish = () => {};
  let runs = 0;
  const repeating = repeat(
    () => {
      runs += 1;
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    },
    10,
    () => {},
  );
  await vi.advanceTimersByTimeAsync(1_000);
  expect(runs).toBe(1);
  let stopped = false;
  const stopping = repeating.stop().then(() => {
    stopped = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(stopped).toBe(false);
  finish();
  await stopping;
});
