import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auc } from './auc.ts';

const samples = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 });

test('is the share of ordered pairs, an equal pair counting half', () => {
  fc.assert(
    fc.property(samples, samples, (one, other) => {
      const pairs = one.flatMap((a) => other.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
      const share = pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length;
      expect(auc(one, other)).toBeCloseTo(Math.max(share, 1 - share), 9);
      expect(auc(other, one)).toBeCloseTo(auc(one, other), 9);
    }),
  );
});

test('is 0.5 for equal samples and 1 for samples that never overlap', () => {
  expect(auc([1, 2, 3], [1, 2, 3])).toBe(0.5);
  expect(auc([1, 2, 3], [4, 5, 6])).toBe(1);
});
