import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import type { FileResult, RunReport } from './summary.ts';

/** Names the file to write. */
export const RESULTS_FILE = 'TEST_RESULTS_FILE';

/** Writes what `npm test` counts: vitest's own JSON does not say to which project a file belongs. */
export default class ResultsReporter implements Reporter {
  readonly #startedAt = new Map<TestModule, number>();
  readonly #endedAt = new Map<TestModule, number>();

  onTestModuleStart(file: TestModule): void {
    this.#startedAt.set(file, performance.now());
  }

  onTestModuleEnd(file: TestModule): void {
    this.#endedAt.set(file, performance.now());
  }

  onTestRunEnd(files: readonly TestModule[], errors: readonly { message: string }[]): void {
    const now = performance.now();
    const results: RunReport['files'] = files.map(
      (file): FileResult => ({
        project: file.project.name,
        name: file.relativeModuleId,
        state: file.state(),
        startedAt: this.#startedAt.get(file) ?? now,
        endedAt: this.#endedAt.get(file) ?? now,
        tests: [...file.children.allTests()].map((test) => ({ name: test.fullName, state: test.result().state })),
      }),
    );
    const report: RunReport = { files: results, errors: errors.map(({ message }) => `outside the tests: ${message}`) };
    writeFileSync(process.env[RESULTS_FILE] ?? '', JSON.stringify(report));
  }
}
