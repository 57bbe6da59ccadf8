import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isFile } from '../project-files.ts';
import { DECIDING_MODULES } from './modules.ts';
import { mutationPage } from './page.ts';
import { MIN_SCORE_PERCENT, type ModuleScore, percent } from './score.ts';
import { EXPLAINED_SURVIVORS } from './survivors.ts';

const scores = JSON.parse(readFileSync('tools/mutation/scores.json', 'utf8')) as ModuleScore[];

it('has a row for each measured module', () => {
  const page = mutationPage(
    [
      { name: 'lockout', files: ['server/tokens/lockout.ts'], tests: [] },
      { name: 'methods', files: ['server/authentication/decide-factors.ts'], tests: [] },
    ],
    [{ module: 'lockout', date: '2026-11-27', killed: 9, survived: 1 }],
  );
  expect(page.split('\n').slice(-3)).toEqual(['|---|---|---|---|', '| lockout | 90.0 % | 9 of 10 | 2026-11-27 |', '']);
});

it('equals docs/mutation-scores.md; else: npm run mutation', () => {
  expect(readFileSync('docs/mutation-scores.md', 'utf8')).toBe(mutationPage(DECIDING_MODULES, scores));
});

// SR-60, SR-72
it.each(DECIDING_MODULES.map(({ name }) => name))('%s was measured and has a score that is high enough', (name) => {
  const score = scores.find(({ module }) => module === name);
  expect(score && percent(score)).toBeGreaterThanOrEqual(MIN_SCORE_PERCENT);
});

it('explains survivors of existing lines only', () => {
  const stale = EXPLAINED_SURVIVORS.filter(
    ({ file, line }) => !isFile(file) || !readFileSync(file, 'utf8').includes(line),
  );
  expect(stale).toEqual([]);
});
