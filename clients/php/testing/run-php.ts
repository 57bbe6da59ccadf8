import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const RUNNER = fileURLToPath(new URL('../tests/run.php', import.meta.url));

export interface PhpTest {
  readonly name: string;
  /** Null: it has passed. */
  readonly failure: string | null;
}

export interface PhpRun {
  readonly tests: PhpTest[];
  /** What was printed that is of no test: empty, unless PHP complained or broke off. */
  readonly trouble: string;
}

/** Runs test files of PHP, or all of the library's own, in one process. */
export async function runPhpTests(files: readonly string[], env: Record<string, string>): Promise<PhpRun> {
  const { out, trouble } = await php([RUNNER, ...files], env);
  const tests: PhpTest[] = [];
  let counted: number | undefined;
  const others = [trouble];
  for (const line of out.split('\n').filter(Boolean)) {
    const said = readLine(line);
    if (typeof said?.name === 'string') tests.push({ name: said.name, failure: said.failure ?? null });
    else if (typeof said?.tests === 'number') counted = said.tests;
    else others.push(line);
  }
  if (counted !== tests.length)
    others.push(`It broke off after ${tests.length} tests of ${counted ?? 'an unknown number'}.`);
  return { tests, trouble: others.filter(Boolean).join('\n') };
}

/** Each test of PHP as one of ours, so that it is counted and named where it fails. */
export function reportPhpTests({ tests, trouble }: PhpRun): void {
  test('the tests in PHP run to their end, and nothing is complained of', () => {
    expect(trouble).toBe('');
    expect(tests.length).toBeGreaterThan(0);
  });
  test.each(tests.map(({ name, failure }) => [name, failure] as const))('%s', (_, failure) => {
    if (failure !== null) expect.fail(failure);
  });
}

/** What a script prints, and what it complains of. */
export function php(args: readonly string[], env: Record<string, string>): Promise<{ out: string; trouble: string }> {
  const settings = ['-d', 'display_errors=stderr', '-d', 'error_reporting=-1', '-d', 'zend.exception_ignore_args=0'];
  const options = { env: { PATH: process.env.PATH ?? '', ...env }, timeout: 120_000, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile('php', [...settings, ...args], options, (error, out, complaints) => {
      // Exit code 1 is of tests that failed, and they say so themselves.
      const end = error && error.code !== 1 ? error.message : '';
      resolve({ out, trouble: [complaints, end].filter(Boolean).join('\n') });
    });
  });
}

function readLine(line: string): Record<string, never> | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
