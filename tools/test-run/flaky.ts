import { type FileResult, failuresOf, type Outcome } from './summary.ts';

/** Their tests start browsers and processes, which a machine under load may hold up. */
const RETRIED_PROJECTS: readonly string[] = ['built', 'browser'];
/** More flaky tests fail the run: they hide defects. */
export const MAX_FLAKY = 3;
/** If more files fail, the product is broken, and a retry would take as long as the run. */
const MAX_RETRIES = 10;

/** A test file to run once more, alone. */
export interface Retry {
  readonly project: string;
  readonly file: string;
  /** What did not pass: tests, or the file if its hooks failed. */
  readonly names: readonly string[];
  /** The failures that a pass takes back, as {@link Outcome} lists them. */
  readonly failures: readonly string[];
}

/** The files to run once more: whole files, because their tests may build on each other. */
export function retriesOf(files: readonly FileResult[]): readonly Retry[] {
  const retries = files
    .filter(({ project }) => RETRIED_PROJECTS.includes(project))
    .map((file): Retry => {
      const failed = file.tests.filter(({ state }) => state === 'failed').map(({ name }) => `${file.name}: ${name}`);
      const names = failed.length > 0 ? failed : [`${file.name}: the file itself`];
      return { project: file.project, file: file.name, names, failures: failuresOf(file) };
    })
    .filter(({ failures }) => failures.length > 0);
  return retries.length > MAX_RETRIES ? [] : retries;
}

/** Whether the file passed as a whole when it ran again. */
export function hasPassed({ project, file }: Retry, again: readonly FileResult[], endedWell: boolean): boolean {
  const ours = again.find((one) => one.project === project && one.name === file);
  return endedWell && ours !== undefined && ours.tests.length > 0 && failuresOf(ours).length === 0;
}

/** The outcomes after retries: what passed the second time is flaky, and no failure unless there are too many. */
export function withFlaky(outcomes: readonly Outcome[], passed: readonly Retry[]): readonly Outcome[] {
  const isTolerated = passed.flatMap(({ names }) => names).length <= MAX_FLAKY;
  return outcomes.map((outcome) => {
    const ours = passed.filter(({ project }) => project === outcome.name);
    if (ours.length === 0) return outcome;
    const flaky = ours.flatMap(({ names }) => names);
    if (!isTolerated) return { ...outcome, flaky };
    const takenBack = new Set(ours.flatMap(({ failures }) => failures));
    const failures = outcome.failures?.filter((failure) => !takenBack.has(failure)) ?? [];
    return {
      ...outcome,
      flaky,
      failures,
      failed: failures.length,
      passed: outcome.passed + outcome.failed - failures.length,
    };
  });
}
