import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { DECIDING_MODULES, type DecidingModule } from './mutation/modules.ts';
import { mutationPage } from './mutation/page.ts';
import {
  MIN_SCORE_PERCENT,
  type ModuleScore,
  type Mutant,
  mergeScores,
  percent,
  unexplained,
} from './mutation/score.ts';
import { EXPLAINED_SURVIVORS } from './mutation/survivors.ts';

/**
 * `npm run mutation [-- module ...]`: changes the decisions of each module one at a time and asks its tests. Writes the
 * scores to `docs/mutation-scores.md`; fails when a score is too low or a survivor has no explanation.
 */
const SCORES = 'tools/mutation/scores.json';
/** No tsconfig.json in it: Stryker would rewrite that by an API of the compiler that TypeScript 7 does not have. */
const CONFIG = 'tools/mutation/stryker.config.json';

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !DECIDING_MODULES.some((module) => module.name === name));
if (unknown.length > 0) {
  const names = DECIDING_MODULES.map(({ name }) => name).join(', ');
  throw new Error(`Unknown module ${unknown.join(', ')}. Choose from ${names}.`);
}

const fresh: ModuleScore[] = [];
for (const module of DECIDING_MODULES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const startedAt = performance.now();
  const mutants = await mutate(module);
  const survived = mutants.filter(({ outcome }) => outcome === 'survived').length;
  const date = new Date().toISOString().slice(0, 10);
  const score: ModuleScore = { module: module.name, date, killed: mutants.length - survived, survived };
  fresh.push(score);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`${module.name}: ${percent(score).toFixed(1)} % of ${mutants.length} mutants killed, ${seconds} s`);
  const open = unexplained(mutants, EXPLAINED_SURVIVORS);
  for (const { file, lineNumber, line, replacement } of open) {
    console.log(`  ${file}:${lineNumber}: ${line}\n    survives as: ${replacement}`);
  }
  if (open.length > 0 || percent(score) < MIN_SCORE_PERCENT) process.exitCode = 1;
}

const stored = JSON.parse(readFileSync(SCORES, 'utf8')) as ModuleScore[];
const names = DECIDING_MODULES.map(({ name }) => name);
const scores = mergeScores(stored, fresh, names);
writeFileSync(SCORES, `${JSON.stringify(scores, null, 2)}\n`);
writeFileSync('docs/mutation-scores.md', mutationPage(DECIDING_MODULES, scores, EXPLAINED_SURVIVORS));

async function mutate(module: DecidingModule): Promise<Mutant[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'countersign-mutation-'));
  // The runners are processes of their own; their vitest configuration reads it.
  process.env.MUTATION_TESTS = JSON.stringify(module.tests);
  try {
    const results = await new Stryker({
      configFile: CONFIG,
      mutate: [...module.files],
      tempDirName: scratch,
    }).runMutationTest();
    return results.flatMap(toMutant);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Mutants that could not be tried at all (they do not compile, or are ignored) count neither way. */
function toMutant({ status, fileName, location, replacement }: MutantResult): Mutant[] {
  if (!['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status)) return [];
  const outcome = status === 'Killed' || status === 'Timeout' ? 'killed' : 'survived';
  const file = relative('.', fileName);
  const line = readFileSync(file, 'utf8').split('\n')[location.start.line - 1]?.trim() ?? '';
  return [{ file, lineNumber: location.start.line, line, replacement: replacement ?? '', outcome }];
}
