import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divideCores, parseCores } from './pinning.ts';

test('pins nothing on fewer than four cores', () => {
  expect([[], [0], [0, 1], [0, 1, 2]].map(divideCores)).toEqual([undefined, undefined, undefined, undefined]);
});

test('gives half of the cores to the service and a quarter each to store and load', () => {
  expect(divideCores([0, 1, 2, 3])).toEqual({ service: [0, 1], store: [2], load: [3] });
  expect(divideCores([2, 3, 4, 5, 8, 9, 10, 11])).toEqual({ service: [2, 3, 4, 5], store: [8, 9], load: [10, 11] });
});

test('gives every core to one part, and one or more to each', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(1000), { minLength: 4, maxLength: 300 }), (cores) => {
      const { service = [], store = [], load = [] } = divideCores(cores) ?? {};
      expect([...service, ...store, ...load]).toEqual(cores);
      expect(Math.min(service.length - 1, store.length, load.length)).toBeGreaterThanOrEqual(1);
    }),
  );
});

test('reads the list of cores that Linux gives', () => {
  expect(['0', '0-3', '0-2,5', '1,3,8-9'].map(parseCores)).toEqual([[0], [0, 1, 2, 3], [0, 1, 2, 5], [1, 3, 8, 9]]);
});
