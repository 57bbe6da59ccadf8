import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedisServer } from '../../testing/redis-server.ts';
import { openRedisStore } from './open-redis-store.ts';

let server: RedisServer;
beforeAll(async () => {
  const user = 'app on >secret ~* &* +@all -time'.split(' ');
  server = await startRedisServer({ product: 'redis', args: ['--user', ...user] });
});
afterAll(() => server?.stop());

// SR-63. The attack: one process starts three days ahead. Without the clock of Redis it is not found, and its mark stops
// every other process. An ACL may forbid TIME.
test('the operator is told, once, that an ACL hides the clock of Redis', async () => {
  const warnings: string[] = [];
  const store = await openRedisStore({
    url: `redis://app:secret@127.0.0.1:${server.port}`,
    warn: (message) => warnings.push(message),
  });
  expect(await store.readClocks()).toEqual([]);
  expect(await store.readClocks()).toEqual([]);
  expect(warnings.filter((warning) => warning.includes('TIME'))).toEqual([
    expect.stringContaining(`127.0.0.1:${server.port}: TIME is forbidden`),
  ]);
  await store.close();
});

test('the clock of Redis is read', async () => {
  const store = await openRedisStore({ url: server.url, warn: () => {} });
  const [clock] = await store.readClocks();
  expect(clock?.isElsewhere).toBe(false);
  expect(Math.abs((clock?.now ?? 0) - Date.now())).toBeLessThan(30_000);
  await store.close();
});
