import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Store, StoreUnavailable } from '../../kernel/ports/store.ts';
import { StoreSettingsRefused } from '../../store/redis/durability-check.ts';
import { openRedisStore, type RedisStoreOptions } from '../../store/redis/open-redis-store.ts';
import { authenticate } from '../as-operator.ts';
import { createFixture } from '../fixtures.ts';
import { freePorts } from '../free-ports.ts';
import { type Product, type RedisServer, START_TIMEOUT_MS, startRedisServer } from '../redis-server.ts';
import { openTestPorts, type TestPorts } from '../test-ports.ts';
import { waitUntil } from '../wait-until.ts';
import { changeOf, keyOf } from './changes.ts';

// SR-7: the service refuses replicas that no commit waits for.
describe.each<Product>(['redis', 'valkey'])('a primary with a replica (%s)', (product) => {
  let primary: RedisServer;
  let replica: RedisServer;
  let onPrimary: Redis;
  let onReplica: Redis;
  const opened: Store[] = [];
  beforeEach(async () => {
    [primary, replica] = await Promise.all([startRedisServer({ product }), startRedisServer({ product })]);
    [onPrimary, onReplica] = [new Redis(primary.url), new Redis(replica.url)];
    for (const client of [onPrimary, onReplica]) client.on('error', () => {});
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
    for (const client of [onPrimary, onReplica]) client?.disconnect();
    await Promise.all([primary?.stop(), replica?.stop()]);
  });

  async function open(server: RedisServer, options: Partial<RedisStoreOptions> = {}): Promise<Store> {
    const given = { partitions: 4, answerTimeoutMs: START_TIMEOUT_MS, warn: () => {}, ...options };
    const store = await openRedisStore({ url: server.url, ...given });
    opened.push(store);
    return store;
  }

  async function attach(): Promise<void> {
    await onReplica.replicaof('127.0.0.1', primary.port);
    await waitUntil('the replica follows', async () =>
      (await onReplica.info('replication')).includes('master_link_status:up'),
    );
  }

  /** Cuts the replica's link, so it receives nothing more. */
  async function cutLink(): Promise<void> {
    const [closed = 0] = await freePorts(1);
    await onReplica.replicaof('127.0.0.1', closed);
    await waitUntil('the primary has lost its replica', async () =>
      (await onPrimary.info('replication')).includes('connected_slaves:0'),
    );
  }

  async function failOver(): Promise<void> {
    await primary.kill();
    await onReplica.replicaof('NO', 'ONE');
  }

  function portsOver(store: Store): Promise<TestPorts> {
    return openTestPorts('failover', { store, remove: async () => {} });
  }

  test('SR-7: a used HOTP code would be valid again after a failover, so both servers are refused', async () => {
    const before = await portsOver(await open(primary));
    const scene = await createFixture(before, { tokens: [{ kind: 'hotp' }] });
    const otp = (await scene.tokens[0]?.code()) ?? '';
    const attempt = {
      account: scene.account,
      resource: scene.resource.id,
      method: 'otp',
      user: scene.user.login,
      otp,
    } as const;
    await attach();
    const accepted = await open(primary).catch((error: unknown) => error);
    await cutLink();
    expect(await authenticate(before, attempt)).toMatchObject({ otp: 'verified' });
    expect(await authenticate(before, attempt)).toEqual({ refused: 'OTP_REPLAYED' });
    await failOver();
    const promoted = await open(replica).catch((error: unknown) => error);
    // A restart hides that it was a replica.
    await waitUntil('it has all data in its append-only file', async () =>
      /aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0/.test(await onReplica.info('persistence')),
    );
    onReplica.disconnect();
    await replica.kill();
    await replica.start();
    const after = await portsOver(await open(replica));
    expect(await authenticate(after, attempt)).toMatchObject({ otp: 'verified' });

    expect(accepted).toBeInstanceOf(StoreSettingsRefused);
    expect((accepted as Error).message).toContain('replicas: 1');
    // It is a primary without a replica, but was one.
    expect(promoted).toBeInstanceOf(StoreSettingsRefused);
    expect((promoted as Error).message).toContain('was promoted from a replica');
  });

  test('names a replica attached at run time, and fails readiness', async () => {
    const warnings: string[] = [];
    const store = await open(primary, { warn: (message) => warnings.push(message) });
    const change = changeOf('anchor', { put: [{ key: keyOf('anchor'), value: 1 }] });
    await store.check();
    await attach();
    await expect(store.check()).rejects.toThrow('replicas: 1');
    await expect(store.check()).rejects.toThrow(StoreUnavailable);
    await expect(store.commit(change)).rejects.toThrow('replicas: 1');
    expect(warnings.filter((warning) => warning.includes('replicas: 1'))).toHaveLength(1);
    await cutLink();
    expect(await store.commit(change)).toBe('committed');
  });

  test('detects a replica without readiness requests', async () => {
    const warnings: string[] = [];
    const store = await open(primary, { recheckMs: 20, warn: (message) => warnings.push(message) });
    await attach();
    await waitUntil('the guard has looked', () => warnings.some((warning) => warning.includes('replicas: 1')));
    const change = changeOf('anchor', { put: [{ key: keyOf('anchor'), value: 1 }] });
    await expect(store.commit(change)).rejects.toThrow(StoreUnavailable);
  });

  test('confirms no commit on a connection that comes back to a primary with a replica', async () => {
    const store = await open(primary);
    await attach();
    await onPrimary.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const outcomes: string[] = [];
    await waitUntil('the guard has looked', async () => {
      const change = changeOf('anchor', { put: [{ key: keyOf('anchor'), value: outcomes.length }] });
      outcomes.push(String(await store.commit(change).catch((error: unknown) => error)));
      return outcomes.at(-1)?.includes('replicas: 1') ?? false;
    });
    expect(outcomes).not.toContain('committed');
  });

  test('refuses a replica itself', async () => {
    await attach();
    await expect(open(replica)).rejects.toThrow('its role is "slave" and must be "master"');
  });
});
