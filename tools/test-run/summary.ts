/** The result of one step of the test run. */
export interface Outcome {
  readonly name: string;
  readonly tookMs: number;
  readonly passed: number;
  readonly failed: number;
  /** Tests that did not pass: the file and the full name of each. */
  readonly failures?: readonly string[];
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * Counts the report of vitest's JSON reporter. All that did not pass counts as failed: a skipped test, a file that
 * could not be loaded, a project without tests, a run with an unhandled rejection, no report.
 */
export function countResults(
  json: string | undefined,
  endedWell: boolean,
): { passed: number; failed: number; failures: string[] } {
  let passed = 0;
  const failures: string[] = [];
  if (json !== undefined) {
    for (const file of (JSON.parse(json) as VitestReport).testResults) {
      const bad = file.assertionResults.filter((test) => test.status !== 'passed');
      passed += file.assertionResults.length - bad.length;
      failures.push(...bad.map((test) => `${file.name}: ${test.fullName} (${test.status})`));
      if (bad.length === 0 && file.status !== 'passed') failures.push(`${file.name}: the file itself`);
    }
  }
  if (failures.length === 0 && (!endedWell || passed === 0)) failures.push('the run ended badly, or without a test');
  return { passed, failed: failures.length, failures };
}

export function timingTable(outcomes: readonly Outcome[]): string {
  const width = Math.max(...outcomes.map(({ name }) => name.length));
  return outcomes
    .map(({ name, tookMs, passed, failed }) => {
      const counted = passed + failed === 0 ? 'ok' : `${passed} passed, ${failed} failed`;
      return `${name.padEnd(width)}  ${(tookMs / 1000).toFixed(1).padStart(7)} s  ${counted}`;
    })
    .join('\n');
}

/** The verdict: the failed steps, and one line that counts everything. */
export function summary(outcomes: readonly Outcome[]): { lines: string[]; line: string; failed: number } {
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
  const broken = outcomes.filter((outcome) => outcome.failed > 0).map(({ name }) => name);
  // At the end, for a reader of only the last lines of a long run.
  const lines = outcomes.flatMap(({ failures = [] }) => failures.map((failure) => `not passed: ${failure}`));
  if (broken.length > 0) lines.push(`failed: ${broken.join(', ')}`);
  return { lines, line: `${passed} passed, ${failed} failed`, failed };
}
