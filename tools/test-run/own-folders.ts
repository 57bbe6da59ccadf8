import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder for stores of tests that need no disk (decision 0157). No setting of the service, which knows all of its own. */
export const QUICK_FOLDER = 'TEST_QUICK_FOLDER';

/** Linux's file system in memory: as real as any to the store, and a flush costs nothing there. */
const IN_MEMORY = '/dev/shm';
const MIN_FREE_BYTES = 512 * 1024 * 1024;

/**
 * Before a run of vitest: folders of its own on the disk and, where there is room, in memory. Whatever its tests and
 * the processes they start make goes there and is gone with the run, also what a test that failed or was ended left.
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

/** Containers have often 64 MB of it. */
function hasMemoryFolder(): boolean {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    return bavail * bsize >= MIN_FREE_BYTES;
  } catch {
    return false;
  }
}
