import type { RootDatabase } from 'lmdb';
import { StoreVersionRefused } from '../../kernel/ports/store.ts';
import { FORMAT_KEY, numbered, peek, STATE_KEY, type Tables } from './tables.ts';

/** Number of the layout of tables, keys and values. */
export const FORMAT = 2;
/** Had the state in `meta`, and a table of operations in the order of time. */
const PREVIOUS_FORMAT = 1;

/**
 * Makes the folder one of this layout, if it is new or of the previous layout. An older version refuses it from then on.
 *
 * @throws StoreVersionRefused for any other layout
 */
export async function claimLayout(
  root: RootDatabase<Buffer, Buffer>,
  tables: Tables,
  transact: (action: () => void) => Promise<void>,
): Promise<void> {
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
