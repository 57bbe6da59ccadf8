import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Store } from '../../kernel/ports/store.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { randomSequence } from '../random-sequence.ts';
import { type Product, type RedisServer, START_TIMEOUT_MS, startRedisServer } from '../redis-server.ts';
import { waitUntil } from '../wait-until.ts';
import { NOW } from './changes.ts';
import { Auditor, tryWriteNext } from './workload.ts';

const KILLS = 6;

// SR-6
describe.each<Product>(['redis', 'valkey'])('%s killed under load', (product) => {
  let server: RedisServer;
  let store: Store;
  beforeAll(async () => {
    server = await startRedisServer({ product });
    store = await openRedisStore({
      url: server.url,
      partitions: 4,
      eventCap: 1_000_000,
      answerTimeoutMs: START_TIMEOUT_MS,
      warn: () => {},
    });
  });
  afterAll(async () => {
    await store?.close();
    await server?.stop();
  });

  test(`killed ${KILLS} times, comes back with every acknowledged write, none twice, none in part`, async () => {
    const random = randomSequence(6);
    const acknowledged = new Map<string, number>();
    const auditor = new Auditor(store.partitions);
    let writing = true;
    let count = 0;
    const writers = Array.from({ length: 8 }, async (_, at) => {
      const writer = `writer-${at}`;
      while (writing) {
        const n = await tryWriteNext(store, writer);
        if (n === undefined) continue;
        acknowledged.set(writer, n);
        count += 1;
      }
    });
    for (let kill = 1; kill <= KILLS; kill++) {
      const enough = count + 50 + Math.floor(random() * 400);
      await waitUntil('enough has been written', () => count >= enough);
      await server.kill();
      await server.start();
    }
    await waitUntil('writing goes on', async () => (await tryWriteNext(store, 'the last')) !== undefined);
    writing = false;
    await Promise.all(writers);
    expect(await auditor.faults(store, { acknowledged })).toEqual([]);
    expect(acknowledged.size).toBe(8);
  });

  // The attack crashes the store to get more codes than a day allows.
  test('SR-48: a crash resets no counter', async () => {
    const increment = () => store.increment('codes', 86_400_000, 3, NOW);
    for (let call = 0; call < 3; call++) await increment();
    await server.kill();
    await server.start();
    let counted: Awaited<ReturnType<typeof increment>> | undefined;
    await waitUntil('the store is back', async () => {
      counted = await increment().catch(() => undefined);
      return counted !== undefined;
    });
    expect(counted?.allowed).toBe(false);
  });
});
