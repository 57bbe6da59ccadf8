import type { RootDatabase } from 'lmdb';
import { type StoreMove, StoreMoved } from '../../kernel/ports/movable-store.ts';
import { StoreVersionRefused } from '../../kernel/ports/store.ts';
import { FORMAT_KEY, numbered, peek, STATE_KEY, type Tables } from './tables.ts';

/** Number of the layout of tables, keys and values. */
export const FORMAT = 2;
/** In place of the layout of a store that was moved: every version refuses it. The move follows as JSON. */
const MOVED = 0xffff;
/** Had the state in `meta`, and a table of operations in the order of time. */
const PREVIOUS_FORMAT = 1;

/**
 * Makes the folder one of this layout, if it is new or of the previous layout. An older version refuses it from then on.
 *
 * @param shouldOpenMoved opens a store that was moved, too
 * @throws StoreMoved
 * @throws StoreVersionRefused for any other layout
 */
export async function claimLayout(
  root: RootDatabase<Buffer, Buffer>,
  tables: Tables,
  transact: (action: () => void) => Promise<void>,
  shouldOpenMoved = false,
): Promise<void> {
  const move = readMove(tables);
  if (move && !shouldOpenMoved) throw new StoreMoved(move);
  if (move) return;
  const found = peek(tables.meta, FORMAT_KEY)?.readUIntBE(0, 6);
  if (found === FORMAT) return;
  if (found !== undefined && found !== PREVIOUS_FORMAT) {
    throw new StoreVersionRefused(
      `the data folder has layout ${found}, and this version reads ${FORMAT}: start the newer version that wrote it, or restore a backup of this one`,
    );
  }
  if (found === PREVIOUS_FORMAT) root.openDB('operation-times', {}).dropSync();
  await transact(() => {
    const state = peek(tables.meta, STATE_KEY);
    if (state) {
      tables.main.put(STATE_KEY, Buffer.from(state));
      tables.meta.remove(STATE_KEY);
    }
    tables.meta.put(FORMAT_KEY, numbered(FORMAT));
  });
}

export function readMove(tables: Pick<Tables, 'meta'>): StoreMove | undefined {
  const bytes = peek(tables.meta, FORMAT_KEY);
  if (bytes?.readUIntBE(0, 6) !== MOVED) return undefined;
  return JSON.parse(bytes.toString('utf8', 6)) as StoreMove;
}

/** Inside a transaction. */
export function writeMove(tables: Pick<Tables, 'meta'>, move: StoreMove | undefined): void {
  tables.meta.put(FORMAT_KEY, move ? numbered(MOVED, Buffer.from(JSON.stringify(move))) : numbered(FORMAT));
}
