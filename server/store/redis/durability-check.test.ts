import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PartitionsRefused, StoreUnavailable, StoreVersionRefused } from '../../kernel/ports/store.ts';
import { freePorts } from '../../testing/free-ports.ts';
import { type Product, type RedisServer, START_TIMEOUT_MS, startRedisServer } from '../../testing/redis-server.ts';
import { changeOf, keyOf, NOW } from '../../testing/store-conformance/changes.ts';
import { parsePromises } from '../required-settings.ts';
import { StoreSettingsRefused } from './durability-check.ts';
import { openRedisStore } from './open-redis-store.ts';

const ALL_PROMISES = 'appendonly=yes,appendfsync=always,no-appendfsync-on-rewrite=no,maxmemory-policy=noeviction';
const quiet = { answerTimeoutMs: START_TIMEOUT_MS, warn: () => {} };

// SR-50
describe.each<Product>(['redis', 'valkey'])('the durability check at start and on reconnect (%s)', (product) => {
  let server: RedisServer;
  let admin: Redis;
  beforeAll(async () => {
    server = await startRedisServer({ product });
    admin = new Redis(server.url);
  });
  afterAll(async () => {
    admin?.disconnect();
    await server?.stop();
  });

  async function withSetting<T>(name: string, weak: string, sound: string, run: () => Promise<T>): Promise<T> {
    await admin.config('SET', name, weak);
    try {
      return await run();
    } finally {
      await admin.config('SET', name, sound);
    }
  }

  test.each([
    ['appendonly', 'no', 'yes'],
    ['appendfsync', 'everysec', 'always'],
    // SR-68
    ['no-appendfsync-on-rewrite', 'yes', 'no'],
    ['maxmemory-policy', 'allkeys-lru', 'noeviction'],
  ])('refuses %s "%s" and names it', async (name, weak, sound) => {
    const refusal = await withSetting(name, weak, sound, () =>
      openRedisStore({ url: server.url, ...quiet }).catch((error: unknown) => error),
    );
    expect(refusal).toBeInstanceOf(StoreSettingsRefused);
    expect((refusal as Error).message).toContain(`${name} is "${weak}" and must be "${sound}"`);
  });

  test('finds a setting weakened at run time in the readiness check, and serves nothing until it is fixed', async () => {
    const store = await openRedisStore({ url: server.url, ...quiet });
    const change = changeOf('anchor', { put: [{ key: keyOf('anchor'), value: 1 }] });
    await withSetting('appendfsync', 'everysec', 'always', async () => {
      await expect(store.check()).rejects.toThrow('appendfsync is "everysec"');
      await expect(store.commit(change)).rejects.toThrow(StoreUnavailable);
    });
    expect(await store.commit(change)).toBe('committed');
    await store.close();
  });

  test('confirms no commit to a server that comes back with weaker settings', async () => {
    const restarted = await startRedisServer({ product, args: [] });
    const store = await openRedisStore({ url: restarted.url, ...quiet });
    await restarted.kill();
    const impostor = await startRedisServer({ product, port: restarted.port, args: ['--appendfsync', 'everysec'] });
    const change = changeOf('anchor', { put: [{ key: keyOf('anchor'), value: 1 }] });
    await expect(store.commit(change)).rejects.toThrow(StoreUnavailable);
    await expect(store.check()).rejects.toThrow('appendfsync is "everysec"');
    await store.close();
    await Promise.all([restarted.stop(), impostor.stop()]);
  });

  test('refuses a user that may not read settings, and tells how to fix it', async () => {
    await admin.call('ACL', 'SETUSER', 'narrow', 'on', '>secret', '~*', '+@all', '-config');
    const url = server.url.replace('redis://', 'redis://narrow:secret@');
    await expect(openRedisStore({ url, ...quiet })).rejects.toThrow(/CONFIG GET is refused.*\+config\|get/);
    await admin.call('ACL', 'SETUSER', 'narrow', '+config|get');
    const store = await openRedisStore({ url, ...quiet });
    await store.check();
    await store.close();
  });

  test('opens on a server that hides its settings if all of them are promised, and logs the promise', async () => {
    await admin.call('ACL', 'SETUSER', 'hosted', 'on', '>secret', '~*', '+@all', '-config');
    const url = server.url.replace('redis://', 'redis://hosted:secret@');
    const some = parsePromises('appendonly=yes,appendfsync=always') ?? [];
    await expect(openRedisStore({ url, ...quiet, promises: some })).rejects.toThrow(
      'promise in COUNTERSIGN_STORE_PROMISES: no-appendfsync-on-rewrite=no,maxmemory-policy=noeviction',
    );
    const warnings: string[] = [];
    const promises = parsePromises(ALL_PROMISES) ?? [];
    const warn = (message: string) => warnings.push(message);
    const store = await openRedisStore({ url, ...quiet, warn, promises });
    await store.check();
    await store.close();
    expect(warnings.join()).toContain('COUNTERSIGN_STORE_PROMISES promises appendonly=yes, appendfsync=always');
  });

  // The attack: a promise in the configuration hides that the server was weakened.
  test('does not believe a promise that the server contradicts', async () => {
    const promises = parsePromises(ALL_PROMISES) ?? [];
    const refusal = await withSetting('appendfsync', 'everysec', 'always', () =>
      openRedisStore({ url: server.url, ...quiet, promises }).catch((error: unknown) => error),
    );
    expect(refusal).toBeInstanceOf(StoreSettingsRefused);
    expect((refusal as Error).message).toContain('appendfsync is "everysec" and must be "always"');
  });

  // The attack: a service in front of Redis answers the check of its settings with an error of its own.
  test('refuses a server that answers the check of its settings with an error, unless all are promised', async () => {
    // Now CONFIG is INCR: "ERR wrong number of arguments for 'config' command".
    const args = ['--rename-command', 'CONFIG', 'REAL_CONFIG', '--rename-command', 'INCR', 'CONFIG'];
    const proxied = await startRedisServer({ product, args });
    await expect(openRedisStore({ url: proxied.url, ...quiet })).rejects.toThrow(
      /CONFIG GET is refused \(ERR wrong number of arguments.*COUNTERSIGN_STORE_PROMISES: appendonly=yes/,
    );
    const store = await openRedisStore({ url: proxied.url, ...quiet, promises: parsePromises(ALL_PROMISES) ?? [] });
    await store.check();
    await store.close();
    await proxied.stop();
  });

  test('serves nothing from a server whose settings it cannot check for the moment, promised or not', async () => {
    const busy = await startRedisServer({ product, args: ['--busy-reply-threshold', '1'] });
    const store = await openRedisStore({ url: busy.url, ...quiet, promises: parsePromises(ALL_PROMISES) ?? [] });
    const [blocking, other] = [new Redis(busy.url), new Redis(busy.url)];
    await other.ping();
    const script = blocking.eval('while true do end', 0).catch(() => {});
    const message = () => store.check().then(() => 'ready', String);
    await expect.poll(message).toMatch(/could not be checked \(BUSY/);
    await other.script('KILL');
    await script;
    expect(await message()).toBe('ready');
    await store.close();
    blocking.disconnect();
    other.disconnect();
    await busy.stop();
  });

  test("refuses a user that may not read the server's version or replicas, and tells how to fix it", async () => {
    await admin.call('ACL', 'SETUSER', 'blind', 'on', '>secret', '~*', '+@all', '-info');
    const url = server.url.replace('redis://', 'redis://blind:secret@');
    await expect(openRedisStore({ url, ...quiet })).rejects.toThrow(/INFO is refused.*\+info/);
  });

  test('refuses a user that may not load functions', async () => {
    await admin.call('ACL', 'SETUSER', 'dumb', 'on', '>secret', '~*', '+@all', '-function');
    const url = server.url.replace('redis://', 'redis://dumb:secret@');
    await expect(openRedisStore({ url, ...quiet })).rejects.toThrow('functions are not available');
  });

  test('checks the settings of a server that cannot take the library at present', async () => {
    const store = await openRedisStore({ url: server.url, ...quiet });
    await admin.call('FUNCTION', 'FLUSH');
    // FUNCTION LOAD is answered with NOREPLICAS.
    await withSetting('min-replicas-to-write', '1', '0', () =>
      withSetting('appendfsync', 'everysec', 'always', async () => {
        await store.check().catch(() => {});
        await expect(store.check()).rejects.toThrow('appendfsync is "everysec"');
      }),
    );
    await store.check();
    await store.close();
  });

  test('loads a missing library again', async () => {
    const store = await openRedisStore({ url: server.url, ...quiet });
    await admin.call('FUNCTION', 'FLUSH');
    const change = changeOf('anchor', { put: [{ key: keyOf('anchor'), value: 'after' }] });
    expect(await store.commit(change)).toBe('committed');
    expect((await store.getMany([keyOf('anchor')], NOW))[0]?.value).toBe('after');
    await admin.call('FUNCTION', 'FLUSH');
    expect((await store.increment('key', 1_000, 1, NOW)).count).toBe(1);
    await store.close();
  });

  test('does not load a library that is there: each time would write all of it to the append-only file', async () => {
    const loads = async () => /cmdstat_function\|load:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1];
    const store = await openRedisStore({ url: server.url, ...quiet });
    const before = await loads();
    for (let probe = 0; probe < 5; probe++) await store.check();
    await (await openRedisStore({ url: server.url, ...quiet })).close();
    expect(await loads()).toBe(before);
    await admin.call('FUNCTION', 'FLUSH');
    await store.check();
    await store.getMany([keyOf('anchor')], NOW);
    expect(Number(await loads())).toBe(Number(before) + 1);
    await store.close();
  });

  test('replaces a library of this name with other code', async () => {
    const other =
      "#!lua name=countersign_1\nredis.register_function('countersign_1_commit', function() return 'no' end)";
    await admin.call('FUNCTION', 'LOAD', 'REPLACE', other);
    const store = await openRedisStore({ url: server.url, ...quiet });
    expect((await store.increment('other', 1_000, 1, NOW)).count).toBe(1);
    await store.close();
  });

  test('refuses another number of partitions than the deployment was created with', async () => {
    const first = await openRedisStore({ url: server.url, prefix: 'made', partitions: 8, ...quiet });
    await first.close();
    await expect(openRedisStore({ url: server.url, prefix: 'made', partitions: 16, ...quiet })).rejects.toThrow(
      new PartitionsRefused(8, 16),
    );
    const again = await openRedisStore({ url: server.url, prefix: 'made', partitions: 8, ...quiet });
    await again.close();
  });

  test('refuses the layout of a newer version, and leaves it', async () => {
    await admin.set('newer:{deployment}', 'layout=2 partitions=8');
    const opening = openRedisStore({ url: server.url, prefix: 'newer', partitions: 8, ...quiet });
    await expect(opening).rejects.toThrow(StoreVersionRefused);
    expect(await admin.get('newer:{deployment}')).toBe('layout=2 partitions=8');
  });

  test('warns of a vulnerable version and names the right product', async () => {
    const warnings: string[] = [];
    const store = await openRedisStore({ ...quiet, url: server.url, warn: (message) => warnings.push(message) });
    await store.close();
    const info = await admin.info('server');
    const version = new RegExp(`${product}_version:(\\S+)`).exec(info)?.[1] ?? '';
    const { isKnownWeak } = await import('./inspect-server.ts');
    expect(warnings.some((text) => text.includes(`${product} ${version} is older`))).toBe(
      isKnownWeak(product, version),
    );
  });
});

test('opens a store through a Unix socket, and names it where its settings are refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-socket-'));
  const path = join(folder, 'redis.sock');
  const server = await startRedisServer({ product: 'redis', args: ['--unixsocket', path] });
  const store = await openRedisStore({ url: `unix://${path}`, ...quiet });
  await store.check();
  await store.close();
  const admin = new Redis(server.url);
  await admin.config('SET', 'appendfsync', 'everysec');
  admin.disconnect();
  await expect(openRedisStore({ url: `unix://${path}`, ...quiet })).rejects.toThrow(`${path} (redis`);
  await server.stop();
  await rm(folder, { recursive: true });
});

test('reports a Redis that cannot be reached as unavailable, with the reason', async () => {
  const [port] = await freePorts(1);
  const refused = await openRedisStore({ url: `redis://127.0.0.1:${port}`, ...quiet }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StoreUnavailable);
  expect(String((refused as Error).cause)).toContain('ECONNREFUSED');
});
