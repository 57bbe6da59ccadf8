import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Store, StoreUnavailable } from '../../kernel/ports/store.ts';
import { openRedisStore, type RedisStoreOptions } from '../../store/redis/open-redis-store.ts';
import { authenticate } from '../as-operator.ts';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts';
import { createFixture } from '../fixtures.ts';
import { type Product, type RedisServer, startRedisServer } from '../redis-server.ts';
import { openTestPorts } from '../test-ports.ts';
import { waitUntil } from '../wait-until.ts';
import { changeOf, eventsOf, keyOf, NOW, versionOf } from './changes.ts';

/** Each of the two waits takes a third: long for a healthy replica, short for commits that none will confirm. */
const ANSWER_TIMEOUT_MS = 6_000;
const FOREVER_MS = 600_000;

describe.each<Product>(['redis', 'valkey'])('SR-7: commits wait for replicas (%s)', (product) => {
  const started: RedisServer[] = [];
  const clients: Redis[] = [];
  const opened: Store[] = [];
  /** Replication passes through it. */
  let link: FaultProxy;
  let primary: RedisServer;
  let replica: RedisServer;

  beforeEach(async () => {
    primary = await start();
    link = await startFaultProxy(primary.port, 'countersign');
    replica = await start();
    await follow(replica, link.port);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
    for (const client of clients.splice(0)) client.disconnect();
    await link?.stop();
    await Promise.all(started.splice(0).map((server) => server.stop()));
  });

  async function start(args: readonly string[] = []): Promise<RedisServer> {
    const server = await startRedisServer({ product, args });
    started.push(server);
    return server;
  }

  function admin(server: RedisServer): Redis {
    const client = new Redis(server.url);
    client.on('error', () => {});
    clients.push(client);
    return client;
  }

  async function follow(server: RedisServer, port: number): Promise<void> {
    const [own, onPrimary] = [admin(server), admin(primary)];
    await own.replicaof('127.0.0.1', port);
    await waitUntil('it follows', async () => (await own.info('replication')).includes('master_link_status:up'));
    await waitUntil('every replica writes to its disk', async () => {
      const [, , flushed] = await Promise.all([
        onPrimary.set('probe', 1),
        onPrimary.wait(1, 1_000),
        onPrimary.call('WAITAOF', 1, 1, 1_000),
      ]);
      return String(flushed) === '1,1';
    });
  }

  /** What has not passed the link is lost, and comes again on the next one. */
  async function loseHeldBack(): Promise<void> {
    await admin(primary).call('CLIENT', 'KILL', 'TYPE', 'replica');
  }

  async function open(server: RedisServer, options: Partial<RedisStoreOptions> = {}): Promise<Store> {
    const given = { partitions: 4, replicas: 1, answerTimeoutMs: ANSWER_TIMEOUT_MS, warn: () => {}, ...options };
    const store = await openRedisStore({ url: server.url, ...given });
    opened.push(store);
    return store;
  }

  /** Promotes the replica, and gives it one of its own. */
  async function failOver(): Promise<void> {
    await primary.kill();
    await admin(replica).replicaof('NO', 'ONE');
    primary = replica;
    await follow(await start(), primary.port);
  }

  const key = keyOf<{ n: number }>('anchor');
  const put = (n: number) => changeOf('anchor', { put: [{ key, value: { n } }], append: [n] });

  test('no used HOTP code is valid again after a failover to a replica that lagged behind', async () => {
    const before = await openTestPorts('failover', { store: await open(primary), remove: async () => {} });
    const scene = await createFixture(before, { tokens: [{ kind: 'hotp' }] });
    const otp = (await scene.tokens[0]?.code()) ?? '';
    const { account, resource, user } = scene;
    const attempt = { account, resource: resource.id, method: 'otp', user: user.login, otp } as const;
    link.holdBack(300);
    expect(await authenticate(before, attempt)).toMatchObject({ otp: 'verified' });
    await failOver();
    const after = await openTestPorts('failover', { store: await open(primary), remove: async () => {} });
    expect(await authenticate(after, attempt)).toEqual({ refused: 'OTP_REPLAYED' });
  });

  test('a change that the replica does not have is not confirmed, and happens once when it is repeated', async () => {
    const store = await open(primary);
    const change = put(1);
    link.holdBack(FOREVER_MS);
    await expect(store.commit(change)).rejects.toThrow(StoreUnavailable);
    link.holdBack(0);
    await loseHeldBack();
    await waitUntil('it is confirmed', () => committed(store.commit(change)));
    expect(await eventsOf(store)).toEqual([[{ sequence: 1, event: 1 }]]);
  });

  test('a repeat by another process does not confirm a change that the replica does not have', async () => {
    const [store, other] = [await open(primary), await open(primary)];
    // Both have committed, so neither checks the replicas first.
    for (const each of [store, other]) expect(await each.commit(put(1))).toBe('committed');
    const change = put(2);
    link.holdBack(FOREVER_MS);
    await expect(store.commit(change)).rejects.toThrow(StoreUnavailable);
    await expect(other.commit(change)).rejects.toThrow(StoreUnavailable);
  });

  test('a version that was never confirmed is not given to other content by the next primary', async () => {
    const store = await open(primary);
    expect(await store.commit(put(1))).toBe('committed');
    link.holdBack(FOREVER_MS);
    await expect(store.commit(put(2))).rejects.toThrow(StoreUnavailable);
    const unconfirmed = await versionOf(store, key);
    await failOver();
    const next = await open(primary);
    expect((await next.getMany([key], NOW))[0]?.value).toEqual({ n: 1 });
    for (let n = 3; n < 10; n++) expect(await next.commit(put(n))).toBe('committed');
    const stale = changeOf('anchor', { expect: [{ key, version: unconfirmed }], put: [{ key, value: { n: 0 } }] });
    expect(await next.commit(stale)).toBe('conflict');
    expect(await versionOf(next, key)).toBeGreaterThan(unconfirmed + 10);
  });

  test('no replica that is online may lag behind, though fewer are required', async () => {
    const store = await open(primary);
    await follow(await start(), primary.port);
    expect(await store.commit(put(1))).toBe('committed');
    link.holdBack(FOREVER_MS);
    await expect(store.commit(put(2))).rejects.toThrow(StoreUnavailable);
    // Without it the other is enough.
    await replica.kill();
    await waitUntil('it goes on with the other', () => committed(store.commit(put(3))));
  });

  test('a replica that writes nothing to its disk confirms nothing', async () => {
    const store = await open(primary);
    await admin(replica).config('SET', 'appendonly', 'no');
    await expect(store.commit(put(1))).rejects.toThrow(StoreUnavailable);
    await expect(open(primary)).rejects.toThrow(StoreUnavailable);
  });

  test('without its replica the primary is neither read nor written, until one is back', async () => {
    const store = await open(primary);
    expect(await store.commit(put(1))).toBe('committed');
    await replica.kill();
    await waitUntil('it refuses', async () => !(await committed(store.commit(put(2)))));
    await expect(store.getMany([key], NOW)).rejects.toThrow('replicas online: 0, and 1 must confirm each change');
    await expect(open(primary)).rejects.toThrow('replicas online: 0');
    await follow(await start(), primary.port);
    expect(await store.commit(put(3))).toBe('committed');
    await store.check();
  });

  test('a setting weakened on the promoted replica is refused like any other', async () => {
    await admin(replica).config('SET', 'appendfsync', 'everysec');
    await failOver();
    await expect(open(primary)).rejects.toThrow('appendfsync is "everysec"');
  });
});

function committed(outcome: Promise<string>): Promise<boolean> {
  return outcome.then(
    (text) => text === 'committed',
    () => false,
  );
}
