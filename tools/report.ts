import type { Finding } from './project-files.ts';

/** Prints what a check found and sets the exit code, so that a shell and a person learn the same. */
export function report(check: string, findings: readonly Finding[], summary: string): void {
  for (const { path, problem } of findings) console.error(`${path}: ${problem}`);
  if (findings.length > 0) {
    console.error(`${check}: ${findings.length} problem${findings.length === 1 ? '' : 's'}`);
    process.exitCode = 1;
    return;
  }
  console.log(`${check}: ${summary}`);
}
