import type { Finding } from './project-files.ts';

/** Prints the findings of a check and sets the exit code. */
export function report(check: string, findings: readonly Finding[], summary: string): void {
  for (const { path, problem } of findings) console.error(`${path}: ${problem}`);
  if (findings.length > 0) {
    console.error(`${check}: ${findings.length} problem${findings.length === 1 ? '' : 's'}`);
    process.exitCode = 1;
    return;
  }
  console.log(`${check}: ${summary}`);
}
