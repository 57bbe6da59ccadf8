import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { RootDatabase } from 'lmdb';
import { DATA_FILE, freeBytes } from './free-space.ts';
import { openTables } from './tables.ts';

/** Holds the copy until it replaces the file. */
const COPY_FOLDER = 'compacting';
/** A smaller file is not worth the time. */
const MIN_BYTES = 16 * 1024 * 1024;

interface FileUse {
  readonly bytes: number;
  /** Of the tables. The rest is free: LMDB uses it again, but the file never shrinks. */
  readonly usedBytes: number;
}

/** Receives what the operator can do about a file that stays as large as it is, and the error. */
export type CompactionWarning = (message: string, error?: unknown) => void;

/**
 * Replaces the file by a copy without free pages if they are more than half of it, as after a retention period was
 * shortened. Only while the store is not open. A crash leaves the old file or the copy, which have the same content.
 *
 * @param lowWaterBytes free space that the copy must leave
 * @returns true if it was replaced
 */
export async function compactFile(path: string, lowWaterBytes: number, warn: CompactionWarning): Promise<boolean> {
  const [file, folder] = [join(path, DATA_FILE), join(path, COPY_FOLDER)];
  // Of a start that was killed.
  rmSync(folder, { recursive: true, force: true });
  if (!existsSync(file) || statSync(file).size < MIN_BYTES) return false;
  const { root } = openTables(path);
  try {
    const { bytes, usedBytes } = measureUse(root);
    if (usedBytes * 2 >= bytes) return false;
    const neededBytes = usedBytes + lowWaterBytes;
    if (freeBytes(path) < neededBytes) {
      warn(`The file of the embedded store was not compacted: make ${inMebibytes(neededBytes)} free, and start again`);
      return false;
    }
    mkdirSync(folder, { mode: 0o700 });
    await root.backup(folder, true);
    flush(join(folder, DATA_FILE));
  } catch (error) {
    // The free space does not show a quota, for one. Without the copy the file stays as it is.
    warn('The file of the embedded store was not compacted: mend the cause, and start again', error);
    rmSync(folder, { recursive: true, force: true });
    return false;
  } finally {
    await root.close();
  }
  chmodSync(join(folder, DATA_FILE), 0o600);
  renameSync(join(folder, DATA_FILE), file);
  flush(path);
  rmSync(folder, { recursive: true });
  return true;
}

function inMebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}

function measureUse(root: RootDatabase<Buffer, Buffer>): FileUse {
  const { lastPageNumber, pageSize } = root.getStats() as { lastPageNumber: number; pageSize: number };
  // The library ends the name of a table with NUL.
  const tables = [...root.getKeys()]
    .filter((key) => key.at(-1) === 0)
    .map((key) => key.toString('utf8', 0, key.length - 1));
  const used = tables.map((name) => {
    const stats = root.openDB(name, { encoding: 'binary', keyEncoding: 'binary' }).getStats() as TreePages;
    return stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages;
  });
  return { bytes: (lastPageNumber + 1) * pageSize, usedBytes: used.reduce((sum, pages) => sum + pages, 0) * pageSize };
}

interface TreePages {
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** Of a file or a folder, so that the next step cannot become durable before it. */
function flush(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
