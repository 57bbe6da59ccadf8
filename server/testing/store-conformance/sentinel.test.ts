import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../../kernel/ports/store.ts';
import { openRedisStore, type RedisStoreOptions } from '../../store/redis/open-redis-store.ts';
import { freePorts } from '../free-ports.ts';
import { type RedisServer, START_TIMEOUT_MS, startRedisServer } from '../redis-server.ts';
import { waitUntil } from '../wait-until.ts';
import { killAndWait } from './run-module.ts';
import { Auditor, tryWriteNext } from './workload.ts';

let primary: RedisServer;
let replica: RedisServer;
let options: RedisStoreOptions;
let store: Store;
let sentinel: Awaited<ReturnType<typeof startSentinel>>;
let watcher: Redis;

beforeAll(async () => {
  primary = await startRedisServer({ product: 'redis' });
  replica = await startRedisServer({ product: 'redis', args: ['--replicaof', '127.0.0.1', String(primary.port)] });
  sentinel = await startSentinel(primary.port);
  const client = new Redis(replica.url);
  await waitUntil('the replica follows', async () =>
    (await client.info('replication')).includes('master_link_status:up'),
  );
  client.disconnect();
  watcher = new Redis(sentinel.port);
  await waitUntil('the sentinel knows the replica', async () =>
    String(await watcher.call('SENTINEL', 'MASTER', 'main')).includes('num-slaves,1'),
  );
  options = {
    url: `redis+sentinel://127.0.0.1:${sentinel.port}/main`,
    partitions: 4,
    answerTimeoutMs: START_TIMEOUT_MS,
    warn: () => {},
  };
  store = await openRedisStore({ ...options, allowWeakDurability: true });
});
afterAll(async () => {
  await store?.close();
  watcher?.disconnect();
  await sentinel?.stop();
  await Promise.all([primary?.stop(), replica?.stop()]);
});

test('SR-7: a failover could lose writes: behind Sentinel the store does not open unless weak durability is allowed', async () => {
  await expect(openRedisStore(options)).rejects.toThrow(/behind Sentinel.*; replicas: 1/);
});

/**
 * The killed primary's last acknowledged writes may be missing until the replica barrier exists (SR-7): not checked
 * here.
 */
test('behind Sentinel the store finds the new primary after a failover, without a repeated or partial change', async () => {
  for (let n = 1; n <= 20; n++) expect(await tryWriteNext(store, 'writer')).toBe(n);
  await primary.kill();
  await waitUntil('the sentinel fails over', () => accepted(watcher.call('SENTINEL', 'FAILOVER', 'main')));
  await waitUntil('the new primary takes writes', async () => (await tryWriteNext(store, 'writer')) !== undefined);
  expect(await tryWriteNext(store, 'another')).toBe(1);
  await store.check();
  expect(await new Auditor(4).faults(store, { acknowledged: new Map() })).toEqual([]);
});

function accepted(answer: Promise<unknown>): Promise<boolean> {
  return answer.then(
    () => true,
    () => false,
  );
}

async function startSentinel(primaryPort: number): Promise<{ port: number; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-sentinel-'));
  const [port = 0] = await freePorts(1);
  const config = join(folder, 'sentinel.conf');
  await writeFile(
    config,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor main 127.0.0.1 ${primaryPort} 1`,
      // On a busy machine a healthy primary may be silent for seconds, so the test requests the failover instead.
      'sentinel down-after-milliseconds main 60000',
      'sentinel failover-timeout main 60000',
    ].join('\n'),
  );
  const child = spawn('redis-server', [config, '--sentinel'], { stdio: 'ignore' });
  return {
    port,
    stop: async () => {
      await killAndWait(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
