import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Names the folder for stores of tests that need no disk (decision 0157). Not a setting of the service, which rejects
 * unknown ones.
 */
export const QUICK_FOLDER = 'TEST_QUICK_FOLDER';

/** Linux's file system in memory, where a flush costs nothing. */
const IN_MEMORY = '/dev/shm';
const MIN_FREE_BYTES = 512 * 1024 * 1024;

/**
 * Before a run of vitest: creates folders on the disk and, if there is space, in memory. All files of the tests and the
 * processes they start go there and are removed after the run, also those of failed tests.
 */
export default function ownFolders(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'cs-test-'));
  process.env.TMPDIR = folder;
  const quick = hasMemoryFolder() ? mkdtempSync(join(IN_MEMORY, 'cs-test-')) : folder;
  process.env[QUICK_FOLDER] = quick;
  return () => {
    for (const path of [folder, quick]) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  };
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
