/** The result of one step of the test run. */
export interface Outcome {
  readonly name: string;
  readonly tookMs: number;
  readonly passed: number;
  readonly failed: number;
  /** Tests that did not pass: the file and the full name of each. */
  readonly failures?: readonly string[];
  /** Tests that passed only when they ran again. */
  readonly flaky?: readonly string[];
}

/** What a run of vitest reports. */
export interface RunReport {
  readonly files: readonly FileResult[];
  /** Errors that belong to no test, such as an unhandled rejection. */
  readonly errors: readonly string[];
}

/** A test file in the report of {@link ResultsReporter}; times in milliseconds of one clock. */
export interface FileResult {
  readonly project: string;
  readonly name: string;
  readonly state: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly tests: readonly { readonly name: string; readonly state: string }[];
}

/**
 * Counts the files of a run, per project; its time is from its first file to its last. All that did not pass counts as
 * failed: a skipped test, a file that could not be loaded, a project without tests, an unhandled rejection, no report.
 */
export function countResults(
  { files, errors }: RunReport,
  projects: readonly string[],
  endedWell: boolean,
): readonly Outcome[] {
  const outcomes = projects.map((project) =>
    countProject(
      project,
      files.filter((file) => file.project === project),
    ),
  );
  const isExplained = endedWell || outcomes.some(({ failed }) => failed > 0);
  const failures = errors.length > 0 || isExplained ? errors : ['the run ended badly'];
  if (failures.length === 0) return outcomes;
  return [...outcomes, { name: 'run', tookMs: 0, passed: 0, failed: failures.length, failures }];
}

/** What did not pass in a file: its tests, or the file itself. */
export function failuresOf(file: FileResult): readonly string[] {
  const bad = file.tests.filter(({ state }) => state !== 'passed');
  if (bad.length === 0 && file.state !== 'passed') return [`${file.name}: the file itself`];
  return bad.map((test) => `${file.name}: ${test.name} (${test.state})`);
}

function countProject(name: string, files: readonly FileResult[]): Outcome {
  const passed = files.flatMap(({ tests }) => tests).filter(({ state }) => state === 'passed').length;
  const failures = files.flatMap(failuresOf);
  if (passed + failures.length === 0) failures.push(`${name}: no test ran`);
  const [start, end] = [files.map(({ startedAt }) => startedAt), files.map(({ endedAt }) => endedAt)];
  const tookMs = files.length === 0 ? 0 : Math.max(...end) - Math.min(...start);
  return { name, tookMs, passed, failed: failures.length, failures };
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
  lines.push(...outcomes.flatMap(({ flaky = [] }) => flaky.map((test) => `flaky: ${test}`)));
  if (broken.length > 0) lines.push(`failed: ${broken.join(', ')}`);
  return { lines, line: `${passed} passed, ${failed} failed`, failed };
}
