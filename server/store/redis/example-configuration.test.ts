import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { loadConfig } from '../../config/load-config.ts';
import { type Product, START_TIMEOUT_MS, startRedisServer } from '../../testing/redis-server.ts';
import { startSentinel } from '../../testing/sentinel.ts';
import { waitUntil } from '../../testing/wait-until.ts';
import { openRedisStore } from './open-redis-store.ts';

const read = (name: string) => readFileSync(new URL(`../../../deploy/redis/${name}`, import.meta.url), 'utf8');
const OF_MACHINE = ['bind', 'port', 'dir'];
/** Its lines, without those that are another on each machine. */
const lines = (name: string) =>
  (read(name).match(/^[^#\n].*$/gm) ?? []).filter((line) => !OF_MACHINE.includes(line.split(' ')[0] ?? ''));
const REDIS_ARGS = lines('redis.conf').flatMap((line) => {
  const [name, ...values] = line.split(' ');
  return [`--${name}`, ...values.map((value) => value.replaceAll('"', ''))];
});

test.each<Product>(['redis', 'valkey'])(
  'deploy/redis is a store behind Sentinel that the service takes (%s)',
  async (product) => {
    const options = { product, args: REDIS_ARGS };
    const servers = await Promise.all([startRedisServer(options), startRedisServer(options)]);
    const [primary, replica] = servers;
    const follower = new Redis(replica.port, { password: 'change-me' });
    await follower.replicaof('127.0.0.1', primary.port);
    await waitUntil('the replica follows', async () =>
      (await follower.info('replication')).includes('master_link_status:up'),
    );
    const monitor = lines('sentinel.conf').map((line) =>
      line.replace('127.0.0.1 6379 2', `127.0.0.1 ${primary.port} 1`),
    );
    const sentinel = await startSentinel(product, primary.port, monitor);
    try {
      // As its head says, with one of the three Sentinels.
      const [, url = ''] = /COUNTERSIGN_STORE=(\S+)/.exec(read('sentinel.conf')) ?? [];
      const [, password = ''] = /COUNTERSIGN_STORE_SENTINEL_PASSWORD=(\S+)/.exec(read('sentinel.conf')) ?? [];
      expect(loadConfig({ COUNTERSIGN_STORE: url, COUNTERSIGN_STORE_SENTINEL_PASSWORD: password }).store.kind).toBe(
        'redis',
      );
      const open = () =>
        openRedisStore({
          url: url.replace(/@.*\//, `@127.0.0.1:${sentinel.port}/`),
          sentinel: { password },
          answerTimeoutMs: START_TIMEOUT_MS,
          warn: () => {},
        }).catch(() => undefined);
      let store: Awaited<ReturnType<typeof open>>;
      await waitUntil('Sentinel answers', async () => {
        store = await open();
        return store !== undefined;
      });
      await store?.check();
      expect((await store?.measure())?.freeBytes).toBeGreaterThan(2 ** 30);
      await store?.close();
    } finally {
      follower.disconnect();
      await sentinel.stop();
      await Promise.all(servers.map((server) => server.stop()));
    }
  },
);
