import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MovableStore, MoveSource } from '../../kernel/ports/movable-store.ts';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import type { FailoverKind, FailoverRig } from '../failovers/failover-rig.ts';
import { startSentinelPair } from '../failovers/sentinel-pair.ts';
import { waitUntil } from '../wait-until.ts';
import { contentOf, moving, nameOf, setUpStores } from './move-fixture.ts';
import { Auditor, tryWriteNext } from './workload.ts';

const PARTITIONS = 4;
const WRITERS = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6'];
const MAX_ATTEMPTS = 5;

const { redis } = setUpStores();
let rig: FailoverRig;
beforeAll(async () => {
  // Replication lags, so a failover undoes what was not confirmed.
  rig = await startSentinelPair('redis', 50);
});
afterAll(() => rig?.stop());

const opened: MovableStore[] = [];
async function replicated(prefix: string): Promise<MovableStore> {
  const store = await openRedisStore({
    ...{ url: rig.url, prefix, partitions: PARTITIONS, replicas: 1 },
    ...{ answerTimeoutMs: 6000, warn: () => {} },
  });
  opened.push(store);
  return store;
}

/** Commit until the store is closed for ever. */
function startWriting(store: MovableStore) {
  const acknowledged = new Map<string, number>();
  let isWriting = true;
  const write = async (writer: string) => {
    while (isWriting) {
      const n = await tryWriteNext(store, writer);
      if (n !== undefined) acknowledged.set(writer, n);
      // Each commit is copied to a store whose replication lags.
      await pause(20);
    }
  };
  const running = WRITERS.map(write);
  return {
    acknowledged,
    /** Resolves when each was acknowledged once. */
    begun: () => waitUntil('every writer is acknowledged', () => acknowledged.size === WRITERS.length),
    stop: async () => {
      isWriting = false;
      await Promise.all(running);
    },
  };
}

/** One attempt, and the failure in the middle of the first. */
async function attempt(from: MovableStore, to: MovableStore, when: 'copy' | 'closed', fail: () => Promise<void>) {
  const start = from.startMove.bind(from);
  let hasFailed = false;
  const failOnce = async () => {
    if (hasFailed) return;
    hasFailed = true;
    await fail();
  };
  from.startMove = async (): Promise<MoveSource> => {
    const source = await start();
    const close = source.close.bind(source);
    source.close = async (move) => {
      const states = await close(move);
      if (when === 'closed') await failOnce();
      return states;
    };
    return source;
  };
  try {
    for await (const { step } of moving(from, to)) if (step === 'copied' && when === 'copy') await failOnce();
    return true;
  } catch (error) {
    // In words: the store that does not answer, or that the move has ended.
    const isKnown = error instanceof StoreUnavailable || (error as { code?: string }).code === 'MOVE_INTERRUPTED';
    if (!isKnown) throw error;
    return false;
  } finally {
    from.startMove = start;
  }
}

const isUsable = (store: MovableStore) =>
  store.check().then(
    () => true,
    () => false,
  );

// SR-7, SR-69. The attack: the primary of either store dies while one moves to the other, and a code that was used, or
// half of a commit that was undone, is in the new store.
describe('SR-7: a failover in the middle of a move', () => {
  test.each([
    ['source', 'copy', 'live'],
    ['source', 'closed', 'kill'],
    ['target', 'copy', 'kill'],
    ['target', 'closed', 'live'],
  ] as const)('loses and doubles nothing (%s, %s, %s)', async (which, when, kind: FailoverKind) => {
    const prefix = nameOf(`${which}-${when}-${kind}`);
    const replicatedOne = await replicated(prefix);
    const other = await redis(nameOf('plain'), PARTITIONS);
    const [from, to] = which === 'source' ? [replicatedOne, other] : [other, replicatedOne];
    const writers = startWriting(which === 'source' ? await replicated(prefix) : from);
    try {
      await writers.begun();
      let attempts = 1;
      for (let fail = () => rig.failOver(kind); !(await attempt(from, to, when, fail)); attempts++) {
        fail = async () => {};
        expect(attempts).toBeLessThan(MAX_ATTEMPTS);
        // The service goes on.
        const before = Math.max(...writers.acknowledged.values());
        await waitUntil('the source takes commits', () => Math.max(...writers.acknowledged.values()) > before);
        await waitUntil('the target takes commits', () => isUsable(to));
      }
      await writers.stop();
      expect(await contentOf(to)).toEqual(await contentOf(from));
      expect(await new Auditor(PARTITIONS).faults(to, writers)).toEqual([]);
    } finally {
      await writers.stop();
      for (const store of opened.splice(0)) await store.close();
    }
  });
});
