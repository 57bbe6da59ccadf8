import { rmSync } from 'node:fs';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '../adapters/embedded-store/open-embedded-store.ts';
import type { Store } from '../ports/store.ts';

/** Linux's file system in memory: as real as any to the store, and a flush costs nothing there (decision 0157). */
const IN_MEMORY = '/dev/shm';
const ROOM = 512 * 1024 * 1024;

/** Folders of stores that nobody has closed yet: they go with the process, or memory would fill up with them. */
const left = new Set<string>();
process.once('exit', () => {
  for (const path of left) rmSync(path, { recursive: true, force: true });
});

/** A real, empty embedded store in a folder that goes with it. Takes some ten milliseconds. */
export async function openTemporaryStore(): Promise<{ store: Store; remove(): Promise<void> }> {
  const path = await mkdtemp(join(await quickFolder(), 'countersign-store-'));
  left.add(path);
  const store = await openEmbeddedStore({ path });
  return {
    store,
    remove: async () => {
      await store.close();
      await rm(path, { recursive: true, force: true });
      left.delete(path);
    },
  };
}

/** In memory where there is room: containers have often 64 MB of it. */
async function quickFolder(): Promise<string> {
  const there = await statfs(IN_MEMORY).catch(() => undefined);
  return there && there.bavail * there.bsize >= ROOM ? IN_MEMORY : tmpdir();
}
