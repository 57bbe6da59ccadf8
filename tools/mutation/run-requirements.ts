import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REQUIREMENT_MUTATIONS } from './requirement-rules.ts';
import { mutate, type RequirementMutation, type RequirementScore } from './requirements.ts';

/**
 * Runs the test of each requirement against the mutation of its rule, in memory: no file changes.
 *
 * @param wanted requirements; none: all
 * @param before what was measured before, for those that are not wanted
 */
export function runRequirements(wanted: readonly string[], before: readonly RequirementScore[]): RequirementScore[] {
  return REQUIREMENT_MUTATIONS.flatMap((entry) => {
    if (wanted.length > 0 && !wanted.includes(entry.requirement)) {
      return before.filter(({ requirement, file }) => requirement === entry.requirement && file === entry.file);
    }
    mutate(readFileSync(entry.file, 'utf8'), entry);
    const failed = countFailures(entry);
    const { requirement, file, test } = entry;
    console.log(`${requirement} ${test}: ${failed === 0 ? `SURVIVED: ${entry.rule}` : `${failed} tests failed`}`);
    return { requirement, file, test, failed, date: new Date().toISOString().slice(0, 10) };
  });
}

/** Of tests that ran. A file that does not load fails, and has noticed nothing. */
function countFailures(entry: RequirementMutation): number {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-requirement-'));
  const report = join(folder, 'report.json');
  try {
    const config = ['--config', 'tools/mutation/vitest.config.ts', '--reporter=json', `--outputFile=${report}`];
    spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...config], {
      env: { ...process.env, MUTATION_TESTS: JSON.stringify([entry.test]), MUTATED_RULE: JSON.stringify(entry) },
    });
    return (JSON.parse(readFileSync(report, 'utf8')) as { numFailedTests: number }).numFailedTests;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
