import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../kernel/ports/store.ts';
import { EmbeddedStore } from '../../store/lmdb/embedded-store.ts';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { indexStart, openTables, type Tables } from '../../store/lmdb/tables.ts';
import type { StoreHarness } from './harness.ts';

export async function startEmbeddedHarness(): Promise<StoreHarness> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-conformance-'));
  const opened: Store[] = [];
  const paths = new Map<Store, string>();
  const keep = (store: Store, path: string): Store => {
    opened.push(store);
    paths.set(store, path);
    return store;
  };
  return {
    name: 'embedded',
    fresh: async ({ brokenIndex, eventCap = 100_000 } = {}) => {
      const path = join(folder, `store-${opened.length}`);
      const store =
        brokenIndex === undefined
          ? await openEmbeddedStore({ path, eventCap })
          : openBroken(path, brokenIndex, eventCap);
      return keep(store, path);
    },
    reopen: async (store) => {
      const path = paths.get(store) ?? '';
      await store.close();
      return keep(await openEmbeddedStore({ path }), path);
    },
    stop: async () => {
      await Promise.all(opened.map((store) => store.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A store that fails when an entry is added to that index. */
export function openBroken(path: string, index: string, eventCap: number): Store {
  const open = () => breakIndex(openTables(path), index);
  return new EmbeddedStore({
    path,
    eventCap,
    lowWaterBytes: 0,
    lock: { assertHeld: () => {}, release: () => {} },
    open,
  });
}

function breakIndex({ root, tables }: ReturnType<typeof openTables>, index: string): ReturnType<typeof openTables> {
  const start = indexStart(index);
  const broken: Tables = {
    ...tables,
    index: {
      getBinaryFast: (key) => tables.index.getBinaryFast(key),
      remove: (key: Buffer) => tables.index.remove(key),
      getRange: (options) => tables.index.getRange(options),
      getKeys: (options) => tables.index.getKeys(options),
      put: (key: Buffer, value: Buffer) => {
        if (key.subarray(0, start.length).equals(start)) throw new Error('Injected: the disk is on fire');
        return tables.index.put(key, value);
      },
    },
  };
  return { root, tables: broken };
}
