import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countFailures, restartPause } from './restart-pause.ts';

test('a worker that fails again and again is started after rising pauses', () => {
  expect([1, 2, 3, 4].map(restartPause)).toEqual([100, 200, 400, 800]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), (failures) => {
      expect(restartPause(failures + 1)).toBeGreaterThanOrEqual(restartPause(failures));
      expect(restartPause(failures)).toBeLessThanOrEqual(30_000);
    }),
  );
});

test('a worker that served for a minute counts from the start', () => {
  expect(countFailures(0, 5)).toBe(1);
  expect(countFailures(9, 59_999)).toBe(10);
  expect(countFailures(9, 60_000)).toBe(1);
});
