import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findUnexplained, type Mutant, mergeScores, percent } from './score.ts';

const mutant: Mutant = {
  file: 'server/tokens/lockout.ts',
  lineNumber: 7,
  line: 'if (token.lock) return token;',
  replacement: 'false',
  outcome: 'survived',
};

it('scores killed mutants in percent', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(10_000), (killed, survived) => {
      const score = percent({ killed, survived });
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(100);
      if (survived > 0) expect(score).toBeLessThan(100);
    }),
  );
  expect(percent({ killed: 17, survived: 3 })).toBe(85);
});

it('SR-72: requires an explanation of each survivor, and of no killed mutant', () => {
  const explained = { file: mutant.file, line: mutant.line, replacement: 'false', reason: 'A lock is checked again.' };
  expect(findUnexplained([mutant], [])).toEqual([mutant]);
  expect(findUnexplained([mutant], [explained])).toEqual([]);
  expect(findUnexplained([mutant], [{ ...explained, line: 'if (lock) return token;' }])).toEqual([mutant]);
  expect(findUnexplained([mutant], [{ ...explained, replacement: 'true' }])).toEqual([mutant]);
  expect(findUnexplained([{ ...mutant, outcome: 'killed' }], [])).toEqual([]);
});

it('replaces scores that were measured again, and drops those of removed modules', () => {
  const score = (module: string, killed: number) => ({ module, date: '2026-11-27', killed, survived: 0 });
  const merged = mergeScores(
    [score('gone', 1), score('old', 2), score('both', 3)],
    [score('both', 4)],
    ['both', 'old'],
  );
  expect(merged).toEqual([score('both', 4), score('old', 2)]);
});
