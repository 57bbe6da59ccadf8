import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { MovableStore } from '../../kernel/ports/movable-store.ts';
import { type CompactionWarning, compactFile } from './compact-file.ts';
import { EmbeddedStore } from './embedded-store.ts';
import { lockFolder } from './folder-lock.ts';
import { DATA_FILE, LOW_WATER_BYTES } from './free-space.ts';
import { openTables } from './tables.ts';

interface EmbeddedStoreOptions {
  /** Folder of the data, created if missing. One server process at a time. */
  readonly path: string;
  /** Maximum events in the stream, at a third of a kilobyte each. Default 250,000. */
  readonly eventCap?: number;
  /** Writes are refused below this free disk space. Default 64 MiB. */
  readonly lowWaterBytes?: number;
  /** Receives why its file could not be compacted. Default: a process warning. */
  readonly warn?: CompactionWarning;
  /** Opens a store that was moved, too. Default false. */
  readonly shouldOpenMoved?: boolean;
}

/** The library's own, beside the data. */
const LOCK_FILE = 'lock.mdb';
const DEFAULT_EVENT_CAP = 250_000;

/**
 * The store inside the server process, on LMDB: for installations of one server.
 * @throws FolderInUse if another live process uses the folder
 * @throws StoreMoved
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<MovableStore> {
  const { path, eventCap = DEFAULT_EVENT_CAP, lowWaterBytes = LOW_WATER_BYTES } = options;
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const lock = lockFolder(path);
  try {
    await compactFile(path, lowWaterBytes, options.warn ?? ((message) => process.emitWarning(message)));
    closeToOthers(path);
    const store = new EmbeddedStore({ path, eventCap, lowWaterBytes, lock, open: () => openTables(path) });
    await store.start(options.shouldOpenMoved);
    return store;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The files of a copy may be open: hashes and sealed secrets are in them (SR-86). */
function closeToOthers(path: string): void {
  for (const name of [DATA_FILE, LOCK_FILE]) {
    const file = join(path, name);
    const status = statSync(file, { throwIfNoEntry: false });
    if (status && (status.mode & 0o077) !== 0) chmodSync(file, 0o600);
  }
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o700);
}
