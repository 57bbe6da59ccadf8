import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFile } from './project-files.ts';
import { runStep, type Step } from './test-run/run-step.ts';
import { countResults, type Outcome, summary, timingTable } from './test-run/summary.ts';

/**
 * `npm test [-- project ...]`: runs all checks, the fastest first. All static checks run, and if one fails the tests do
 * not; all test projects run, even if one fails. The last line counts all of them.
 */
const PROJECTS = ['unit', 'store', 'http', 'built', 'browser'];
const STATIC: readonly Step[] = [
  { name: 'typecheck', command: ['tsc', '-p', '.'] },
  { name: 'lint', command: ['biome', 'check', '.'] },
  { name: 'boundaries', command: ['tsx', 'tools/check-boundaries.ts'] },
  { name: 'docs', command: ['tsx', 'tools/check-docs.ts'] },
  { name: 'sizes', command: ['tsx', 'tools/check-sizes.ts'] },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !PROJECTS.includes(name));
if (unknown.length > 0)
  throw new Error(`There is no test project ${unknown.join(', ')}; choose of ${PROJECTS.join(', ')}.`);

const outcomes: Outcome[] = [];
const first: readonly Step[] = [
  { name: 'prepare', command: ['tsx', 'tools/prepare-tests.ts'] },
  { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
];
let sound = true;
for (const step of first) sound &&= runQuietly(step);
// The checks are independent, so one failure does not hide the next.
if (sound) for (const step of STATIC) sound = runQuietly(step) && sound;
if (sound) for (const project of wanted.length > 0 ? wanted : PROJECTS) runProject(project);

const { lines, line, failed } = summary(outcomes);
console.log(['', timingTable(outcomes), ...lines, line].join('\n'));
process.exitCode = failed === 0 ? 0 : 1;

/** A step that shows nothing if it passes, and counts as one failure, shown in full, if it does not. */
function runQuietly(step: Step): boolean {
  const { ok, tookMs, output } = runStep(step, 'capture');
  outcomes.push({ name: step.name, tookMs, passed: 0, failed: ok ? 0 : 1 });
  console.log(ok ? `ok    ${step.name}` : `FAIL  ${step.name}\n${output}`);
  return ok;
}

function runProject(project: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  const file = join(folder, 'results.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const command = ['vitest', 'run', '--project', project, ...reporters] as const;
    const { ok, tookMs } = runStep({ name: project, command }, 'show');
    const counted = countResults(isFile(file) ? readFileSync(file, 'utf8') : undefined, ok);
    outcomes.push({ name: project, tookMs, ...counted });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
