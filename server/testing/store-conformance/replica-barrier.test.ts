import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Change, type Store, StoreUnavailable } from '../../kernel/ports/store.ts';
import { withMemory } from '../../kernel/process-memory.ts';
import { viewFlow } from '../../sign-in/view-flow.ts';
import { inspectServer } from '../../store/redis/inspect-server.ts';
import { openRedisStore, type RedisStoreOptions } from '../../store/redis/open-redis-store.ts';
import { userDocument, userIndexes } from '../../users/documents.ts';
import { authenticate, updateUser } from '../as-operator.ts';
import { beforeCommitOf } from '../before-commit.ts';
import { type FaultProxy, startFaultProxy } from '../fault-proxy.ts';
import { createFixture, unwrap } from '../fixtures.ts';
import { LoginDriver } from '../login-driver.ts';
import { type Product, type RedisServer, startRedisServer } from '../redis-server.ts';
import { openTestPorts } from '../test-ports.ts';
import { waitUntil } from '../wait-until.ts';
import { changeOf, eventsOf, keyOf, NOW, versionOf } from './changes.ts';

/** Each of the two waits takes a third: long for a healthy replica, short for commits that none will confirm. */
const ANSWER_TIMEOUT_MS = 6_000;
const FOREVER_MS = 600_000;
/** A replica on a busy machine reports again by then. */
const REPLICA_SILENCE_MS = 60_000;

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
    await waitUntil('every replica writes to its disk, and is still there', async () => {
      const [, , flushed, { refusals }] = await Promise.all([
        onPrimary.set('probe', 1),
        onPrimary.wait(1, 1_000),
        onPrimary.call('WAITAOF', 1, 1, 1_000),
        inspectServer(onPrimary, 1),
      ]);
      return String(flushed) === '1,1' && !refusals.some((one) => one.startsWith('replicas online'));
    });
  }

  /** What has not passed the link is lost, and comes again on the next one. */
  async function loseHeldBack(): Promise<void> {
    await admin(primary).call('CLIENT', 'KILL', 'TYPE', 'replica');
  }

  async function openOnce(server: RedisServer, options: Partial<RedisStoreOptions> = {}): Promise<Store> {
    const given = { partitions: 4, replicas: 1, answerTimeoutMs: ANSWER_TIMEOUT_MS, warn: () => {}, ...options };
    const store = await openRedisStore({ url: server.url, ...given });
    opened.push(store);
    return store;
  }

  /** A replica that a busy machine silences for a moment is refused rightly: the service starts again. */
  async function open(server: RedisServer, options: Partial<RedisStoreOptions> = {}): Promise<Store> {
    for (const startedAt = performance.now(); ; ) {
      try {
        return await openOnce(server, options);
      } catch (error) {
        const isSilence = error instanceof Error && error.message.includes('replicas online');
        if (!isSilence || performance.now() - startedAt > REPLICA_SILENCE_MS) throw error;
      }
    }
  }

  /** Promotes the replica, and gives it one of its own. */
  async function failOver(): Promise<void> {
    await primary.kill();
    await admin(replica).replicaof('NO', 'ONE');
    primary = replica;
    await follow(await start(), primary.port);
  }

  /** Of the document on the primary, confirmed or not. */
  async function storedVersion(): Promise<number> {
    const [name = ''] = await admin(primary).keys('cs:{p*}:d:anchor*');
    return Number.parseInt((await admin(primary).get(name)) ?? '', 10);
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
    const unconfirmed = await storedVersion();
    await failOver();
    const next = await open(primary);
    expect((await next.getMany([key], NOW))[0]?.value).toEqual({ n: 1 });
    for (let n = 3; n < 10; n++) expect(await next.commit(put(n))).toBe('committed');
    const stale = changeOf('anchor', { expect: [{ key, version: unconfirmed }], put: [{ key, value: { n: 0 } }] });
    expect(await next.commit(stale)).toBe('conflict');
    expect(await versionOf(next, key)).toBeGreaterThan(unconfirmed + 10);
  });

  const rows = 'rows';
  const row = (id: string) => ({ index: rows, add: { sort: id, id } });

  // SR-79 The attack: a change is answered with 503, the page is loaded again, and a failover undoes what it showed.
  test.each<[string, Partial<Change>, (store: Store) => Promise<unknown>, unknown]>([
    ['a new value', { put: [{ key, value: { n: 2 } }] }, valueIn, { n: 2 }],
    ['a deletion', { delete: [key] }, valueIn, undefined],
    ['a new index entry', { index: [row('b')] }, idsIn, ['a', 'b']],
    ['a removed index entry', { index: [{ index: rows, remove: { sort: 'a', id: 'a' } }] }, idsIn, []],
    ['an event', { append: [2] }, sequencesIn, [1, 2]],
  ])('SR-79: %s that was refused is shown by no process until the replica has it', async (_, parts, read, after) => {
    const quick = { answerTimeoutMs: 1_500 };
    const [store, other] = [await open(primary, quick), await open(primary, quick)];
    expect(await store.commit({ ...put(1), index: [row('a')] })).toBe('committed');
    expect(await other.commit(changeOf('another'))).toBe('committed');
    const first = Number(await admin(primary).hget('cs:{p1}:state', 'commits'));
    link.holdBack(FOREVER_MS);
    const pending = store.commit(changeOf('anchor', parts));
    const refused = expect(pending).rejects.toThrow(StoreUnavailable);
    const onPrimary = admin(primary);
    const commits = async () => Number(await onPrimary.hget('cs:{p1}:state', 'commits'));
    await waitUntil('the primary has it', async () => (await commits()) > first);
    // Also while the change still waits, and by the process that did not send it.
    await expect(read(other)).rejects.toThrow(StoreUnavailable);
    await refused;
    await expect(read(store)).rejects.toThrow(StoreUnavailable);
    await expect(read(other)).rejects.toThrow(StoreUnavailable);
    link.holdBack(0);
    await loseHeldBack();
    await waitUntil('it is confirmed', () =>
      read(other).then(
        () => true,
        () => false,
      ),
    );
    expect(await read(other)).toEqual(after);
    expect(await read(store)).toEqual(after);
    await waitUntil(
      'reads wait no more',
      async () => Number(await onPrimary.get('cs:{p1}:confirmed')) === (await commits()),
    );
  });

  test('SR-79: what other documents of the partition hold is read while a change waits', async () => {
    const store = await open(primary);
    const [old, absent] = [keyOf('anchor', 'old'), keyOf('anchor', 'absent')];
    expect(await store.commit(changeOf('anchor', { put: [{ key: old, value: 1 }] }))).toBe('committed');
    link.holdBack(FOREVER_MS);
    const refused = expect(store.commit(put(2))).rejects.toThrow(StoreUnavailable);
    await waitUntil('the primary has it', async () => (await storedVersion()) > 0);
    expect((await store.getMany([old, absent], NOW)).map((found) => found?.value)).toEqual([1, undefined]);
    await refused;
  });

  test('SR-79: a sign-in that ended with 503 shows no result that a failover undoes', async () => {
    const before = await openTestPorts('failover', { store: await open(primary), remove: async () => {} });
    const other = { ...before, store: withMemory(await open(primary, { answerTimeoutMs: 1_500 })) };
    const scene = await createFixture(before, { tokens: [{ kind: 'totp' }] });
    const walk = await LoginDriver.toOtp(scene);
    beforeCommitOf(before, 'result', async () => link.holdBack(FOREVER_MS));
    await expect(walk.otp((await scene.tokens[0]?.code()) ?? '')).rejects.toThrow(StoreUnavailable);
    await expect(viewFlow(other, walk.handle)).rejects.toThrow(StoreUnavailable);
    await failOver();
    const after = { ...before, store: withMemory(await open(primary)) };
    expect(unwrap(await viewFlow(after, walk.handle))).not.toHaveProperty('result');
  });

  test('SR-79: a block that ended with 503 is not shown as done before a failover undoes it', async () => {
    const before = await openTestPorts('failover', { store: await open(primary), remove: async () => {} });
    const other = await open(primary, { answerTimeoutMs: 1_500 });
    const { account, user } = await createFixture(before);
    const blocked = async (store: Store) => (await store.getMany([userDocument.key(user.id)], NOW))[0]?.value.blocked;
    const list = (store: Store) => store.range(userIndexes.blocked(account), { limit: 10 });
    link.holdBack(FOREVER_MS);
    await expect(updateUser(before, account, user.id, { blocked: true })).rejects.toThrow(StoreUnavailable);
    await expect(blocked(other)).rejects.toThrow(StoreUnavailable);
    await expect(list(other)).rejects.toThrow(StoreUnavailable);
    await failOver();
    const after = await open(primary);
    expect([await blocked(after), await list(after)]).toEqual([false, []]);
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
    await expect(openOnce(primary)).rejects.toThrow(StoreUnavailable);
  });

  test('without its replica the primary is neither read nor written, until one is back', async () => {
    const store = await open(primary);
    expect(await store.commit(put(1))).toBe('committed');
    await replica.kill();
    await waitUntil('it refuses', async () => !(await committed(store.commit(put(2)))));
    await expect(store.getMany([keyOf('another')], NOW)).rejects.toThrow(
      'replicas online: 0, and 1 must confirm each change',
    );
    await expect(openOnce(primary)).rejects.toThrow('replicas online: 0');
    await follow(await start(), primary.port);
    expect(await store.commit(put(3))).toBe('committed');
    await store.check();
  });

  test('a setting weakened on the promoted replica is refused like any other', async () => {
    await admin(replica).config('SET', 'appendfsync', 'everysec');
    await failOver();
    await expect(openOnce(primary)).rejects.toThrow('appendfsync is "everysec"');
  });
});

async function valueIn(store: Store): Promise<unknown> {
  return (await store.getMany([keyOf('anchor')], NOW))[0]?.value;
}

async function idsIn(store: Store): Promise<string[]> {
  return (await store.range('rows', { limit: 10 })).map(({ id }) => id);
}

async function sequencesIn(store: Store): Promise<number[]> {
  const [events] = await Promise.all([
    store.readStreams([0, 0, 0, 0], 10),
    store.readEvents(store.partitionOf('anchor'), 0, 10),
  ]);
  return events.flat().map(({ sequence }) => sequence);
}

function committed(outcome: Promise<string>): Promise<boolean> {
  return outcome.then(
    (text) => text === 'committed',
    () => false,
  );
}
