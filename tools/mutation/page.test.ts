import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isFile } from '../project-files.ts';
import { DECIDING_MODULES } from './modules.ts';
import { mutationPage } from './page.ts';
import { REQUIREMENT_MUTATIONS, UNTRIED_REQUIREMENTS } from './requirement-rules.ts';
import { mutate, type RequirementScore } from './requirements.ts';
import { MIN_SCORE_PERCENT, type ModuleScore, percent } from './score.ts';
import { EXPLAINED_SURVIVORS } from './survivors.ts';

const scores = JSON.parse(readFileSync('tools/mutation/scores.json', 'utf8')) as ModuleScore[];
const broken = JSON.parse(readFileSync('tools/mutation/requirement-scores.json', 'utf8')) as RequirementScore[];

it('has a row for each measured module', () => {
  const page = mutationPage(
    [
      { name: 'lockout', files: ['server/tokens/lockout.ts'], tests: [] },
      { name: 'methods', files: ['server/authentication/decide-factors.ts'], tests: [] },
    ],
    [{ module: 'lockout', date: '2026-11-27', killed: 9, survived: 1 }],
    [{ requirement: 'SR-14', file: 'a.ts', test: 'a.test.ts', failed: 2, date: '2026-11-27' }],
    { 'SR-60': 'It is data.' },
  );
  expect(page).toContain('|---|---|---|---|\n| lockout | 90.0 % | 9 of 10 | 2026-11-27 |\n\n');
  const ending = '|---|---|---|---|\n| SR-14 | `a.ts` | `a.test.ts` | yes |\n\n- SR-60 has no row. It is data.\n';
  expect(page.endsWith(ending)).toBe(true);
});

it('equals docs/mutation-scores.md; else: npm run mutation', () => {
  expect(readFileSync('docs/mutation-scores.md', 'utf8')).toBe(mutationPage(DECIDING_MODULES, scores, broken));
});

// SR-72
it('has broken a rule of each listed requirement, and a test has noticed', () => {
  const measured = broken.map(({ requirement, file, test }) => [requirement, file, test]);
  expect(measured).toEqual(REQUIREMENT_MUTATIONS.map(({ requirement, file, test }) => [requirement, file, test]));
  expect(broken.filter(({ failed }) => failed === 0)).toEqual([]);
});

it('SR-72: every requirement has a row, or the reason why it has none', () => {
  const page = readFileSync('docs/security-requirements.md', 'utf8');
  const named = [...page.matchAll(/^- \*\*(SR-\d+)\*\*/gm)].map(([, requirement]) => requirement);
  const rows = new Set(REQUIREMENT_MUTATIONS.map(({ requirement }) => requirement));
  const untried = Object.keys(UNTRIED_REQUIREMENTS);
  expect(new Set([...rows, ...untried])).toEqual(new Set(named));
  expect(untried.filter((requirement) => rows.has(requirement))).toEqual([]);
});

it.each(REQUIREMENT_MUTATIONS)('$requirement: $file has the rule, and the test names the requirement', (entry) => {
  expect(mutate(readFileSync(entry.file, 'utf8'), entry)).not.toContain(entry.rule);
  expect(readFileSync(entry.test, 'utf8')).toMatch(new RegExp(`\\b${entry.requirement}\\b`));
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
