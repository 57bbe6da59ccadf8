/** What Stryker's reporter `event-recorder` writes about the run of all tests without a mutation. */
export interface FirstRun {
  readonly result: { readonly tests: readonly { name: string; fileName?: string; status: number }[] };
}

/** `TestStatus.Success` of Stryker. */
const PASSED = 0;

/**
 * Why a first run can measure nothing: a test that is skipped kills no mutant, and looks like one that notices none.
 * Undefined: every test of every file passed.
 *
 * @param files the test files that are to run, as absolute paths
 */
export function findFault({ result: { tests } }: FirstRun, files: readonly string[]): string | undefined {
  const idle = files.filter((file) => !tests.some(({ fileName }) => fileName === file));
  if (idle.length > 0) return `no test of ${idle.join(', ')} was run.`;
  const [first, ...others] = tests.filter(({ status }) => status !== PASSED);
  if (!first) return undefined;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `the first run skipped or failed "${first.name}"${more}.`;
}
