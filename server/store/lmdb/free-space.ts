import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type StoreSize, StoreUnavailable } from '../../kernel/ports/store.ts';

/** LMDB's only file with data. */
export const DATA_FILE = 'data.mdb';

/**
 * Writes are refused below this free space, so that LMDB itself never meets a full disk: more than the file grows in a
 * transaction of 8192 commits (decision 0013).
 */
export const LOW_WATER_BYTES = 64 * 1024 * 1024;

/**
 * Costs about a microsecond.
 *
 * @throws StoreUnavailable if less is free on the disk of that folder, or the file system does not respond
 */
export function assertFreeSpace(folder: string, lowWaterBytes: number): void {
  const free = freeBytes(folder);
  if (free >= lowWaterBytes) return;
  const [left, needed] = [free, lowWaterBytes].map((bytes) => Math.floor(bytes / 1024 / 1024));
  throw new StoreUnavailable(
    `The disk of the embedded store is full: ${left} MiB are free, and it needs ${needed} MiB`,
  );
}

/** @throws StoreUnavailable if the file system does not respond */
export function measureFolder(folder: string): StoreSize {
  return { usedBytes: askDisk(() => statSync(join(folder, DATA_FILE)).size), freeBytes: freeBytes(folder) };
}

export function freeBytes(folder: string): number {
  const { bavail, bsize } = askDisk(() => statfsSync(folder));
  return bavail * bsize;
}

function askDisk<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw new StoreUnavailable('The disk of the embedded store cannot be asked for its free space', { cause: error });
  }
}
