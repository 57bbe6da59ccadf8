import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QUICK_FOLDER } from '../../tools/test-run/own-folders.ts';
import { type ProcessStore, withMemory } from '../kernel/process-memory.ts';
import { openEmbeddedStore } from '../store/lmdb/open-embedded-store.ts';

/** A real, empty embedded store in a folder that is removed with it. Takes some ten milliseconds. */
export async function openTemporaryStore(): Promise<{ store: ProcessStore; remove(): Promise<void> }> {
  const path = await mkdtemp(join(process.env[QUICK_FOLDER] ?? tmpdir(), 'countersign-store-'));
  const store = withMemory(await openEmbeddedStore({ path }));
  return {
    store,
    remove: async () => {
      await store.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}
