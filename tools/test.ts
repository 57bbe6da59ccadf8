import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFile } from './project-files.ts';
import { claimCheckout } from './test-run/claim-checkout.ts';
import { endOnSignal } from './test-run/end-run.ts';
import { hasPassed, type Retry, retriesOf, withFlaky } from './test-run/flaky.ts';
import { createFolder, removeFolders, TEST_RUN } from './test-run/own-folders.ts';
import { TEST_LANES } from './test-run/projects.ts';
import { RESULTS_FILE } from './test-run/results-reporter.ts';
import { runStep, type Step } from './test-run/run-step.ts';
import { countResults, type Outcome, type RunReport, summary, timingTable } from './test-run/summary.ts';

/**
 * `npm test [-- project ...]`: runs all checks. All static checks run, beside the tests of the stores, which mostly wait;
 * if one fails no other tests start. All test projects run, even if one fails. A file of the projects `built` and
 * `browser` that fails runs again at the end, alone. The last line counts all of them.
 */
const PROJECTS: readonly string[] = TEST_LANES.flat(2);
const STATIC: readonly Step[] = [
  { name: 'typecheck', command: ['npm', 'run', '--silent', 'typecheck'] },
  { name: 'lint', command: ['biome', 'check', '.'] },
  { name: 'boundaries', command: ['tsx', 'tools/check-boundaries.ts'] },
  { name: 'figures', command: ['tsx', 'tools/check-figures.ts'] },
  { name: 'docs', command: ['tsx', 'tools/check-docs.ts'] },
  { name: 'sizes', command: ['tsx', 'tools/check-sizes.ts'] },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !PROJECTS.includes(name));
if (unknown.length > 0)
  throw new Error(`There is no test project ${unknown.join(', ')}; choose of ${PROJECTS.join(', ')}.`);

const release = claimCheckout('node_modules/.cache/countersign-test');
process.on('exit', release);
const run = randomBytes(3).toString('hex');
process.env[TEST_RUN] = run;
endOnSignal(() => removeFolders(run));

const outcomes: Outcome[] = [];
const first: readonly Step[] = [
  { name: 'prepare', command: ['tsx', 'tools/prepare-tests.ts'] },
  { name: 'build', command: ['tsx', 'tools/build.ts', '--all'] },
];
const retries: Retry[] = [];
let sound = true;
for (const step of first) sound &&= await runQuietly(step);
if (sound) {
  // All of them: one failure does not hide the next.
  const checked = Promise.all(STATIC.map(runQuietly)).then((passed) => passed.every(Boolean));
  const lanes = TEST_LANES.map((runs) =>
    runs.map((run) => run.filter((name) => wanted.length === 0 || wanted.includes(name))),
  ).filter((runs) => runs.flat().length > 0);
  // The output of two runs would mix.
  await Promise.all([checked, ...lanes.map((runs, at) => runLane(runs, checked, at === 0 ? 'show' : 'capture'))]);
}

const passedAgain: Retry[] = [];
// Alone: nothing else of the suite runs any more.
for (const retry of retries) if (await passesAgain(retry)) passedAgain.push(retry);
const counted = withFlaky(outcomes, passedAgain);
const { lines, line, failed } = summary(counted);
console.log(['', timingTable(counted), ...lines, line].join('\n'));
process.exitCode = failed === 0 ? 0 : 1;

/** A step that shows nothing if it passes, and counts as one failure, shown in full, if it does not. */
async function runQuietly(step: Step): Promise<boolean> {
  const { ok, tookMs, output } = await runStep(step, 'capture');
  outcomes.push({ name: step.name, tookMs, passed: 0, failed: ok ? 0 : 1 });
  console.log(ok ? `ok    ${step.name}` : `FAIL  ${step.name}\n${output}`);
  return ok;
}

async function runLane(
  runs: readonly (readonly string[])[],
  checked: Promise<boolean>,
  mode: 'show' | 'capture',
): Promise<void> {
  for (const projects of runs.filter((run) => run.length > 0)) {
    const mayStart = projects.includes('store') || (await checked);
    if (mayStart) await runProjects(projects, mode);
  }
}

async function runProjects(projects: readonly string[], mode: 'show' | 'capture'): Promise<void> {
  const { report, ok } = await runTests(projects.join(', '), projects, [], mode);
  outcomes.push(...countResults(report, projects, ok));
  retries.push(...retriesOf(report.files));
}

/** Runs a file once more and shows its output. */
async function passesAgain(retry: Retry): Promise<boolean> {
  console.log(`\nagain: ${retry.file}`);
  const { report, ok } = await runTests(retry.file, [retry.project], [retry.file], 'show');
  return hasPassed(retry, report.files, ok);
}

/** @param files only these; default: all of the projects */
async function runTests(
  name: string,
  projects: readonly string[],
  files: readonly string[],
  mode: 'show' | 'capture',
): Promise<{ report: RunReport; ok: boolean }> {
  const folder = createFolder(tmpdir());
  const file = join(folder, 'results.json');
  try {
    const reporters = ['--reporter=default', '--reporter=./tools/test-run/results-reporter.ts'];
    const chosen = projects.flatMap((project) => ['--project', project]);
    const step: Step = {
      name,
      command: ['vitest', 'run', ...chosen, ...reporters, ...files],
      env: { [RESULTS_FILE]: file },
    };
    const { ok, output } = await runStep(step, mode);
    if (output !== '') console.log(output);
    const report = isFile(file) ? (JSON.parse(readFileSync(file, 'utf8')) as RunReport) : { files: [], errors: [] };
    return { report, ok };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
