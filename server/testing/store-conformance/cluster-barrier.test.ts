import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Store, StoreUnavailable } from '../../kernel/ports/store.ts';
import { withMemory } from '../../kernel/process-memory.ts';
import { viewFlow } from '../../sign-in/view-flow.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { userDocument, userIndexes } from '../../users/documents.ts';
import { updateUser } from '../as-operator.ts';
import { beforeCommitOf } from '../before-commit.ts';
import { type ClusterPairs, startClusterPairs } from '../failovers/cluster-pairs.ts';
import { createFixture, unwrap } from '../fixtures.ts';
import { LoginDriver } from '../login-driver.ts';
import type { Product } from '../redis-server.ts';
import { openTestPorts } from '../test-ports.ts';
import { waitUntil } from '../wait-until.ts';
import { changeOf, keyOf, NOW } from './changes.ts';

const PARTITIONS = 4;
/** Each of the two waits for replicas takes a third. */
const ANSWER_TIMEOUT_MS = 3_000;
const FOREVER_MS = 600_000;

// SR-79. The attack: a change is answered with 503, the page is loaded again, and a failover undoes what it showed.
describe.each<Product>(['redis', 'valkey'])('SR-79: in a cluster of %s, what was refused with 503', (product) => {
  let rig: ClusterPairs;
  let store: Store;
  /** Of another process. */
  let other: Store;
  beforeAll(async () => {
    rig = await startClusterPairs(product, 0);
  });
  afterAll(() => rig?.stop());
  beforeEach(async () => {
    [store, other] = await Promise.all([open(), open()]);
  });
  afterEach(async () => {
    await Promise.all([store, other].map((one) => one.close()));
    rig.holdBack(0);
    await rig.loseHeldBack();
  });

  const open = () =>
    openRedisStore({
      url: rig.url,
      partitions: PARTITIONS,
      replicas: 1,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      warn: () => {},
    });

  /** Promotes every replica, without what was held back. */
  async function failOver(): Promise<void> {
    for (let pair = 0; pair < rig.pairs; pair++) await rig.failOver('kill');
    rig.holdBack(0);
    // A ping of a new primary may be held back, and all that it sends afterwards.
    await rig.loseHeldBack();
  }

  const [changed, deleted] = [keyOf<number>('anchor', 'changed'), keyOf<number>('anchor', 'deleted')];
  const row = (id: string) => ({ sort: id, id });
  const READS: Record<string, { before: unknown; after: unknown; read: (from: Store) => Promise<unknown> }> = {
    'a new value': { before: 1, after: 2, read: async (from) => (await from.getMany([changed], NOW))[0]?.value },
    'a deletion': { before: 1, after: undefined, read: async (from) => (await from.getMany([deleted], NOW))[0]?.value },
    'an index': {
      before: ['a'],
      after: ['b'],
      read: async (from) => (await from.range('rows', { limit: 10 })).map(({ id }) => id),
    },
    'the events': {
      before: [1],
      after: [1, 2],
      read: async (from) =>
        (await from.readStreams(new Array<number>(PARTITIONS).fill(0), 10)).flat().map(({ sequence }) => sequence),
    },
  };

  test('is shown by no process until the replica has it', async () => {
    await store.commit(
      changeOf('anchor', {
        put: [
          { key: changed, value: 1 },
          { key: deleted, value: 1 },
        ],
        index: [{ index: 'rows', add: row('a') }],
        append: ['first'],
      }),
    );
    rig.holdBack(FOREVER_MS);
    const refused = expect(
      store.commit(
        changeOf('anchor', {
          put: [{ key: changed, value: 2 }],
          delete: [deleted],
          index: [
            { index: 'rows', remove: row('a') },
            { index: 'rows', add: row('b') },
          ],
          append: ['second'],
        }),
      ),
    ).rejects.toThrow(StoreUnavailable);
    const reads = Object.entries(READS);
    await Promise.all(reads.map(([name, { before, read }]) => refuseWithout(() => read(other), before, name)));
    await refused;
    for (const from of [store, other]) {
      await Promise.all(
        reads.map(([name, { read }]) => expect(read(from), name).rejects.toBeInstanceOf(StoreUnavailable)),
      );
    }
    rig.holdBack(0);
    await rig.loseHeldBack();
    for (const [name, { after, read }] of reads) {
      await waitUntil(`${name} is confirmed`, () => isShown(read(other)));
      for (const from of [store, other]) expect(await read(from), name).toEqual(after);
    }
  });

  test('is no result of a sign-in and no block that a failover undoes', async () => {
    const before = await openTestPorts('cluster-barrier', { store, remove: async () => {} });
    const scene = await createFixture(before, { tokens: [{ kind: 'totp' }] });
    const { account, user } = scene;
    const walk = await LoginDriver.toOtp(scene);
    const otp = (await scene.tokens[0]?.code()) ?? '';
    beforeCommitOf(before, 'result', async () => rig.holdBack(FOREVER_MS));
    await expect(walk.otp(otp)).rejects.toThrow(StoreUnavailable);
    await expect(updateUser(before, account, user.id, { blocked: true })).rejects.toThrow(StoreUnavailable);
    await expect(viewFlow({ ...before, store: withMemory(other) }, walk.handle)).rejects.toThrow(StoreUnavailable);
    await failOver();
    const next = await open();
    try {
      expect(unwrap(await viewFlow({ ...before, store: withMemory(next) }, walk.handle))).not.toHaveProperty('result');
      const [stored] = await next.getMany([userDocument.key(user.id)], NOW);
      expect([stored?.value.blocked, await next.range(userIndexes.blocked(account), { limit: 10 })]).toEqual([
        false,
        [],
      ]);
    } finally {
      await next.close();
    }
  });
});

/** Reads until it is refused. Until then, what is shown is what was confirmed. */
async function refuseWithout(read: () => Promise<unknown>, confirmed: unknown, name: string): Promise<void> {
  for (;;) {
    try {
      expect(await read(), name).toEqual(confirmed);
    } catch (error) {
      if (error instanceof StoreUnavailable) return;
      throw error;
    }
  }
}

function isShown(read: Promise<unknown>): Promise<boolean> {
  return read.then(
    () => true,
    () => false,
  );
}
