import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { createFixture } from '../fixtures.ts';
import { changesOf, expectSameAfterAnything } from '../increments-fixture.ts';
import { type RedisServer, START_TIMEOUT_MS, startRedisServer } from '../redis-server.ts';
import { overStore } from '../restore-fixture.ts';
import { openTemporaryArchive } from '../temporary-archive.ts';
import { openTemporaryStore } from '../temporary-store.ts';
import { openTestPorts } from '../test-ports.ts';
import { changeOf, keyOf } from './changes.ts';

// SR-62
let server: RedisServer;
const closing: (() => Promise<void>)[] = [];
beforeAll(async () => {
  server = await startRedisServer({ product: 'redis' });
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await server.stop();
});

test.each([1, 16])(
  'increments of a Redis with %i partitions make, with the full backup, the store',
  async (partitions) => {
    const prefix = `increments-${partitions}`;
    const given = { prefix, partitions, answerTimeoutMs: START_TIMEOUT_MS, warn: () => {} };
    const store = await openRedisStore({ url: server.url, ...given });
    const archive = await openTemporaryArchive();
    const ports = { ...(await openTestPorts(prefix, { store, remove: () => store.close() })), archive };
    closing.push(ports.close, archive.delete);
    const scene = await createFixture(ports, { tokens: [{}] });
    const emptyTarget = async () => {
      const [target, files] = [await openTemporaryStore(), await openTemporaryArchive()];
      closing.push(target.remove, files.delete);
      return { ...overStore(ports, target.store), archive: files };
    };
    await expectSameAfterAnything(ports, changesOf(ports, scene, archive), emptyTarget, 5);
  },
);

// The attack on a backup: what a process of another version commits is missing in every increment.
test('the changes of a partition are not known after a commit that did not note them, or after too many', async () => {
  const prefix = 'increments-unnoted';
  const given = { prefix, partitions: 1, answerTimeoutMs: START_TIMEOUT_MS, warn: () => {} };
  const store = await openRedisStore({ url: server.url, ...given });
  const raw = new Redis(server.url);
  closing.push(
    () => store.close(),
    async () => raw.disconnect(),
  );
  const put = (anchor: string) => store.commit(changeOf(anchor, { put: [{ key: keyOf(anchor), value: 1 }] }));
  const begin = async () => {
    await store.noteChanges();
    const [state] = await store.readStates();
    await put('noted');
    expect((await store.readChanges(0, state?.commits ?? 0))?.names).toHaveLength(1);
    return state?.commits ?? 0;
  };
  const first = await begin();
  await raw.hincrby(`${prefix}:{p0}:state`, 'commits', 1);
  expect(await store.readChanges(0, first)).toBeUndefined();
  await put('later');
  expect(await store.readChanges(0, first)).toBeUndefined();

  const second = await begin();
  const many = Array.from({ length: 50_000 }, (_, n) => [0, `d${n}`]).flat();
  await raw.zadd(`${prefix}:{p0}:changes`, ...many);
  await put('one too many');
  expect(await store.readChanges(0, second)).toBeUndefined();
  expect(await raw.exists(`${prefix}:{p0}:changes`)).toBe(0);
});
