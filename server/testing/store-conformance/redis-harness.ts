import type { Store } from '../../kernel/ports/store.ts';
import { createClient, parseAddress } from '../../store/redis/connect.ts';
import { Keys } from '../../store/redis/keys.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { startRedisCluster } from '../redis-cluster.ts';
import { type Product, START_TIMEOUT_MS, startRedisServer } from '../redis-server.ts';
import type { StoreHarness } from './harness.ts';

export async function startRedisHarness(product: Product): Promise<StoreHarness> {
  const server = await startRedisServer({ product });
  return harnessOn(product, server.url, () => server.stop());
}

export async function startClusterHarness(product: Product): Promise<StoreHarness> {
  const cluster = await startRedisCluster(product);
  return harnessOn(`${product} cluster`, cluster.url, () => cluster.stop());
}

/** One server for all; each store has its own prefix. */
function harnessOn(name: string, url: string, stopServers: () => Promise<void>): StoreHarness {
  const opened: Store[] = [];
  const prefixes = new Map<Store, string>();
  const open = async (prefix: string, eventCap = 10_000): Promise<Store> => {
    const store = await openRedisStore({ url, prefix, eventCap, answerTimeoutMs: START_TIMEOUT_MS, warn: () => {} });
    opened.push(store);
    prefixes.set(store, prefix);
    return store;
  };
  return {
    name,
    fresh: async ({ brokenIndex, eventCap } = {}) => {
      const prefix = `t${opened.length}`;
      const store = await open(prefix, eventCap);
      if (brokenIndex !== undefined) await plantForeignType(url, prefix, store.partitions, brokenIndex);
      return store;
    },
    reopen: async (store) => {
      await store.close();
      return open(prefixes.get(store) ?? '');
    },
    stop: async () => {
      await Promise.all(opened.map((store) => store.close()));
      await stopServers();
    },
  };
}

/** Puts a string in the place of the index, on which sorted-set commands fail. */
async function plantForeignType(url: string, prefix: string, partitions: number, index: string): Promise<void> {
  const client = createClient(parseAddress(url), START_TIMEOUT_MS);
  await client.connect();
  const keys = new Keys(prefix, partitions);
  for (let partition = 0; partition < partitions; partition++)
    await client.set(keys.index(partition, index), 'foreign');
  await client.quit();
}
