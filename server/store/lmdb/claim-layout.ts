import { type StoreMove, StoreMoved } from '../../kernel/ports/movable-store.ts';
import { StoreVersionRefused } from '../../kernel/ports/store.ts';
import { FORMAT_KEY, numbered, peek, type Tables } from './tables.ts';

/** Number of the layout of tables, keys and values. */
export const FORMAT = 1;
/** In place of the layout of a store that was moved: every version refuses it. The move follows as JSON. */
const MOVED = 0xffff;

/**
 * Makes a new folder one of this layout.
 *
 * @param shouldOpenMoved opens a store that was moved, too
 * @throws StoreMoved
 * @throws StoreVersionRefused for any other layout
 */
export async function claimLayout(
  tables: Pick<Tables, 'meta'>,
  transact: (action: () => void) => Promise<void>,
  shouldOpenMoved = false,
): Promise<void> {
  const move = readMove(tables);
  if (move && !shouldOpenMoved) throw new StoreMoved(move);
  if (move) return;
  const found = peek(tables.meta, FORMAT_KEY)?.readUIntBE(0, 6);
  if (found === FORMAT) return;
  if (found !== undefined) {
    throw new StoreVersionRefused(
      `the data folder has layout ${found}, and this version reads ${FORMAT}: start the newer version that wrote it, or restore a backup of this one`,
    );
  }
  await transact(() => {
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
