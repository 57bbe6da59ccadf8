import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Store, StoreUnavailable } from '../../kernel/ports/store.ts';
import { openRedisStore, type RedisStoreOptions } from '../../store/redis/open-redis-store.ts';
import type { FailoverRig } from '../failovers/failover-rig.ts';
import { startSentinelPair } from '../failovers/sentinel-pair.ts';
import { START_TIMEOUT_MS } from '../redis-server.ts';
import { waitUntil } from '../wait-until.ts';
import { keyOf, NOW } from './changes.ts';
import { Auditor, tryWriteNext } from './workload.ts';

let pair: FailoverRig;
let options: RedisStoreOptions;
let store: Store;

beforeAll(async () => {
  pair = await startSentinelPair('redis', 0);
  options = { url: pair.url, partitions: 4, answerTimeoutMs: START_TIMEOUT_MS, warn: () => {} };
  store = await openRedisStore(options);
});
afterAll(async () => {
  await store?.close();
  await pair?.stop();
});

test('SR-7: a failover could lose writes: behind Sentinel the store does not open unless commits wait for replicas', async () => {
  await expect(openRedisStore({ ...options, replicas: 0 })).rejects.toThrow(/behind Sentinel.*; replicas: 1/);
});

test('behind Sentinel the store finds the new primary after a failover, without a lost, repeated or partial change', async () => {
  for (let n = 1; n <= 20; n++) expect(await tryWriteNext(store, 'writer')).toBe(n);
  await pair.failOver('kill');
  await waitUntil('the new primary takes writes', async () => (await tryWriteNext(store, 'writer')) !== undefined);
  await waitUntil('and further ones', async () => (await tryWriteNext(store, 'another')) === 1);
  // A replica that begins again is not online for a moment.
  await waitUntil('the store is ready', () =>
    store.check().then(
      () => true,
      () => false,
    ),
  );
  expect(await new Auditor(4).faults(store, { acknowledged: new Map([['writer', 21]]) })).toEqual([]);
});

// The attack: requests that read wait forever during an outage, and fill the memory.
test('a read is refused in time while neither a sentinel nor the primary responds', async () => {
  const gone = await startSentinelPair('redis', 0);
  const reader = await openRedisStore({ url: gone.url, partitions: 4, answerTimeoutMs: 3_000, warn: () => {} });
  await gone.stop();
  const refused = await Promise.race([
    reader.getMany([keyOf('a')], NOW).catch((error: unknown) => error),
    pause(20_000),
  ]);
  expect(refused).toBeInstanceOf(StoreUnavailable);
  await reader.close();
});
