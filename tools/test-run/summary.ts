/** What one step of the test run came to. */
export interface Outcome {
  readonly name: string;
  readonly tookMs: number;
  readonly passed: number;
  readonly failed: number;
}

interface VitestReport {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts the report that vitest's JSON reporter wrote. Whatever did not pass counts as failed: a test that was
 * skipped, a file that could not be loaded, a project without tests, a run that ended badly though each test passed
 * (an unhandled rejection), no report at all.
 */
export function countResults(json: string | undefined, endedWell: boolean): { passed: number; failed: number } {
  let passed = 0;
  let failed = 0;
  if (json !== undefined) {
    for (const file of (JSON.parse(json) as VitestReport).testResults) {
      const good = file.assertionResults.filter((test) => test.status === 'passed').length;
      const bad = file.assertionResults.length - good;
      passed += good;
      failed += bad === 0 && file.status !== 'passed' ? 1 : bad;
    }
  }
  if (failed === 0 && (!endedWell || passed === 0)) failed = 1;
  return { passed, failed };
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

/** The verdict: which steps failed, and the one line that counts everything. */
export function summary(outcomes: readonly Outcome[]): { lines: string[]; line: string; failed: number } {
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
  const broken = outcomes.filter((outcome) => outcome.failed > 0).map(({ name }) => name);
  const lines = broken.length > 0 ? [`failed: ${broken.join(', ')}`] : [];
  return { lines, line: `${passed} passed, ${failed} failed`, failed };
}
