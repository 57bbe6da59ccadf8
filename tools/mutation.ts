import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { type FirstRun, findFault } from './mutation/first-run.ts';
import { DECIDING_MODULES, type DecidingModule } from './mutation/modules.ts';
import { mutationPage } from './mutation/page.ts';
import type { RequirementScore } from './mutation/requirements.ts';
import { runRequirements } from './mutation/run-requirements.ts';
import {
  findUnexplained,
  MIN_SCORE_PERCENT,
  type ModuleScore,
  type Mutant,
  mergeScores,
  percent,
} from './mutation/score.ts';
import { EXPLAINED_SURVIVORS } from './mutation/survivors.ts';

/**
 * `npm run mutation [-- module ...]`: mutates the decisions of each module one at a time and runs its tests. Writes the
 * scores to `docs/mutation-scores.md`; fails if a score is too low, a survivor has no explanation, or a test does not
 * pass without a mutation. With `--requirements` it runs the test of each security requirement against a mutation of its
 * rule instead.
 */
const REQUIREMENTS = 'tools/mutation/requirement-scores.json';
const SCORES = 'tools/mutation/scores.json';
/** Without a tsconfig.json: Stryker would rewrite it through a compiler API that TypeScript 7 lacks. */
const CONFIG = 'tools/mutation/stryker.config.json';

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

const [option, ...names] = process.argv.slice(2);
if (option === '--requirements') {
  const before = JSON.parse(readFileSync(REQUIREMENTS, 'utf8')) as RequirementScore[];
  const requirements = runRequirements(names, before);
  writeFileSync(REQUIREMENTS, `${JSON.stringify(requirements, null, 2)}\n`);
  const measured = JSON.parse(readFileSync(SCORES, 'utf8')) as ModuleScore[];
  writeFileSync('docs/mutation-scores.md', mutationPage(DECIDING_MODULES, measured, requirements));
  process.exit(requirements.some(({ failed }) => failed === 0) ? 1 : 0);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !DECIDING_MODULES.some((module) => module.name === name));
if (unknown.length > 0) {
  const names = DECIDING_MODULES.map(({ name }) => name).join(', ');
  throw new Error(`Unknown module ${unknown.join(', ')}. Choose from ${names}.`);
}

const fresh: ModuleScore[] = [];
for (const module of DECIDING_MODULES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const startedAt = performance.now();
  const mutants = await mutate(module).catch((error: Error) => error.message);
  if (typeof mutants === 'string') {
    console.error(`${module.name} was not measured: ${mutants}`);
    process.exitCode = 1;
    continue;
  }
  const survived = mutants.filter(({ outcome }) => outcome === 'survived').length;
  const date = new Date().toISOString().slice(0, 10);
  const score: ModuleScore = { module: module.name, date, killed: mutants.length - survived, survived };
  fresh.push(score);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`${module.name}: ${percent(score).toFixed(1)} % of ${mutants.length} mutants killed, ${seconds} s`);
  const open = findUnexplained(mutants, EXPLAINED_SURVIVORS);
  for (const { file, lineNumber, line, replacement } of open) {
    console.log(`  ${file}:${lineNumber}: ${line}\n    survives as: ${replacement}`);
  }
  if (open.length > 0 || percent(score) < MIN_SCORE_PERCENT) process.exitCode = 1;
}

const stored = JSON.parse(readFileSync(SCORES, 'utf8')) as ModuleScore[];
const modules = DECIDING_MODULES.map(({ name }) => name);
const scores = mergeScores(stored, fresh, modules);
writeFileSync(SCORES, `${JSON.stringify(scores, null, 2)}\n`);
const known = JSON.parse(readFileSync(REQUIREMENTS, 'utf8')) as RequirementScore[];
writeFileSync('docs/mutation-scores.md', mutationPage(DECIDING_MODULES, scores, known));

/** Survivors are run a second time: on a busy machine a run that ends at its first failure may lose that failure. */
async function mutate(module: DecidingModule): Promise<Mutant[]> {
  const first = await run(module, module.files, { disableBail: false });
  const survivors = first.filter(isSurvivor);
  if (survivors.length === 0) return first.flatMap(toMutant);
  // For a few mutants, starting another runner costs more than it saves.
  const again = await run(module, survivors.map(rangeOf), { disableBail: true, concurrency: 1 });
  const killed = new Set(again.filter((result) => !isSurvivor(result)).map(identify));
  return first.flatMap((result) =>
    toMutant(isSurvivor(result) && killed.has(identify(result)) ? { ...result, status: 'Killed' } : result),
  );
}

async function run(
  { tests }: DecidingModule,
  mutate: readonly string[],
  options: { disableBail: boolean; concurrency?: number },
): Promise<MutantResult[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'countersign-mutation-'));
  const baseDir = join(scratch, 'events');
  // The runners are separate processes; their vitest configuration reads this.
  process.env.MUTATION_TESTS = JSON.stringify(tests);
  try {
    const results = await new Stryker({
      configFile: CONFIG,
      mutate: [...mutate],
      // Not beside the events: Stryker removes it before they are read.
      tempDirName: join(scratch, 'sandbox'),
      reporters: ['progress', 'event-recorder'],
      eventReporter: { baseDir },
      ...options,
    }).runMutationTest();
    const fault = findFault(
      readFirstRun(baseDir),
      tests.map((file) => resolve(file)),
    );
    if (fault !== undefined) throw new Error(fault);
    return results;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function readFirstRun(folder: string): FirstRun {
  const file = readdirSync(folder).find((name) => name.endsWith('onDryRunCompleted.json')) ?? '';
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as FirstRun;
}

function isSurvivor({ status }: MutantResult): boolean {
  return status === 'Survived' || status === 'NoCoverage';
}

/** Stryker reports columns from 1, and takes them from 0. */
function rangeOf({ fileName, location: { start, end } }: MutantResult): string {
  return `${relative('.', fileName)}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
}

/** Stable between runs over the same source, unlike Stryker's own ids. */
function identify({ fileName, location, mutatorName, replacement }: MutantResult): string {
  return JSON.stringify([fileName, location, mutatorName, replacement]);
}

/** Mutants that cannot run (they do not compile, or are ignored) count neither way. */
function toMutant(result: MutantResult): Mutant[] {
  const { status, fileName, location, replacement } = result;
  const isKilled = status === 'Killed' || status === 'Timeout';
  if (!isKilled && !isSurvivor(result)) return [];
  const file = relative('.', fileName);
  const line = readFileSync(file, 'utf8').split('\n')[location.start.line - 1]?.trim() ?? '';
  return [
    {
      file,
      lineNumber: location.start.line,
      line,
      replacement: replacement ?? '',
      outcome: isKilled ? 'killed' : 'survived',
    },
  ];
}
