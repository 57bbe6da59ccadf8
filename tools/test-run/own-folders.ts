import { mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Names the folder for stores of tests that need no disk (decision 0157). Not a setting of the service, which rejects
 * unknown ones.
 */
export const QUICK_FOLDER = 'TEST_QUICK_FOLDER';

/** Names the run of `npm test`, which is part of the names of its folders. */
export const TEST_RUN = 'TEST_RUN';

/** Linux's file system in memory, where a flush costs nothing. */
const IN_MEMORY = '/dev/shm';
const MIN_FREE_BYTES = 512 * 1024 * 1024;

/**
 * Before a run of vitest: creates folders on the disk and, if there is space, in memory. All files of the tests and the
 * processes they start go there and are removed after the run, also those of failed tests.
 */
export default function ownFolders(): () => void {
  const folder = createFolder(tmpdir());
  process.env.TMPDIR = folder;
  const quick = hasMemoryFolder() ? createFolder(IN_MEMORY) : folder;
  process.env[QUICK_FOLDER] = quick;
  return () => {
    for (const path of [folder, quick]) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  };
}

/** A new folder of the run of `npm test` that this process belongs to, or of this run of vitest alone. */
export function createFolder(within: string): string {
  return mkdtempSync(join(within, `cs-test-${process.env[TEST_RUN] ?? ''}`));
}

/** Removes all folders of a run that was interrupted. */
export function removeFolders(run: string): void {
  for (const within of new Set([tmpdir(), IN_MEMORY])) {
    const names = statSync(within, { throwIfNoEntry: false }) ? readdirSync(within) : [];
    for (const name of names.filter((one) => one.startsWith(`cs-test-${run}`))) {
      rmSync(join(within, name), { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

/** Containers often have only 64 MB of it. */
function hasMemoryFolder(): boolean {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= MIN_FREE_BYTES;
  } catch {
    return false;
  }
}
