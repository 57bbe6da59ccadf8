import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auc } from './auc.ts';

const samples = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 });

test('it is the share of pairs that are in order, an equal pair counting half', () => {
  fc.assert(
    fc.property(samples, samples, (one, other) => {
      const pairs = one.flatMap((a) => other.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
      const share = pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length;
      expect(auc(one, other)).toBeCloseTo(Math.max(share, 1 - share), 9);
      expect(auc(other, one)).toBeCloseTo(auc(one, other), 9);
    }),
  );
});

test('samples that are alike are told apart by chance, and those that never overlap always', () => {
  expect(auc([1, 2, 3], [1, 2, 3])).toBe(0.5);
  expect(auc([1, 2, 3], [4, 5, 6])).toBe(1);
});
