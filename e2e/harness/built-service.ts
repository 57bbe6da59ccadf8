import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { staleParts } from '../../tools/build/stale.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** Set for the workers of a run that has built already: later edits count for the next run. */
export const ALREADY_BUILT = 'TEST_BUILT_FIRST';

/** The entry of the built service. */
export function builtService(): string {
  return builtPath('server/start.cjs');
}

/** A path in `dist/`, after building what is missing or older than its sources. */
export function builtPath(path: string): string {
  if (process.env[ALREADY_BUILT] === undefined && staleParts(ROOT).length > 0) {
    execFileSync('npm', ['run', '--silent', 'build:stale'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return join(ROOT, 'dist', path);
}
