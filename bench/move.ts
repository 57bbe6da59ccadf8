import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CONSUMERS, consumerDocument } from '../server/events/documents.ts';
import type { MovableStore } from '../server/kernel/ports/movable-store.ts';
import { type DocumentKey, StoreClosed } from '../server/kernel/ports/store.ts';
import { withMemory } from '../server/kernel/process-memory.ts';
import { BatchWriter } from '../server/operations/backup/batch-writer.ts';
import { moveStore } from '../server/operations/backup/move-store.ts';
import { systemClock } from '../server/platform/system-clock/system-clock.ts';
import { systemRandom } from '../server/platform/system-random/system-random.ts';
import { openEmbeddedStore } from '../server/store/lmdb/open-embedded-store.ts';
import { openRedisStore } from '../server/store/redis/open-redis-store.ts';
import { newOperation } from '../server/store/transact.ts';
import { birth, createFixture, type Fixture, read } from '../server/testing/fixtures.ts';
import { startRedisServer } from '../server/testing/redis-server.ts';
import { measureStalls } from '../server/testing/stall-meter.ts';
import { openTestPorts, type TestPorts } from '../server/testing/test-ports.ts';
import { nameClaimDocument, userDocument } from '../server/users/documents.ts';
import type { User } from '../server/users/user.ts';

/**
 * Moves a store to Redis, and from there to another number of partitions, while commits go on, and measures for how long it
 * takes none: `npx tsx bench/move.ts --users 100000 --rate 200`.
 */
const { values } = parseArgs({
  options: { users: { type: 'string', default: '100000' }, rate: { type: 'string', default: '200' } },
});
const [size, rate] = [Number(values.users), Number(values.rate)];
const EVENTS_UNREAD = 200;
const folder = await mkdtemp(join(tmpdir(), 'countersign-move-'));
const closing: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true })];
const ports = { clock: systemClock, random: systemRandom };

try {
  const store = await openEmbeddedStore({ path: join(folder, 'store') });
  closing.push(() => store.close());
  const filling = await openTestPorts('move', { store, remove: async () => {} });
  const users = await fill(filling, await createFixture(filling));
  await readEvents(store);
  const server = await startRedisServer({ product: 'redis' });
  closing.push(() => server.stop());
  const redis = async (prefix: string, partitions: number) => {
    const opened = await openRedisStore({ url: server.url, prefix, partitions, warn: () => {} });
    closing.push(() => opened.close());
    return opened;
  };
  const first = await redis('one', 64);
  await measure('embedded to Redis', store, store, first, users);
  await measure('Redis to 96 partitions', first, await redis('one', 64), await redis('two', 96), users);
} finally {
  for (const close of closing.reverse()) await close();
}

async function measure(
  name: string,
  from: MovableStore,
  used: MovableStore,
  to: MovableStore,
  users: readonly DocumentKey[],
): Promise<void> {
  let [commits, longestMs, closedAt, closedMs, caughtUp] = [0, 0, 0, 0, 0];
  let isOver = false;
  const load = async () => {
    for (let n = 0; !isOver; n++) {
      const key = users[(n * 7919) % users.length];
      if (!key) return;
      const startedMs = performance.now();
      const change = { anchor: key.anchor, operation: newOperation(ports), now: systemClock.now(), expect: [] };
      const value = { turn: n };
      try {
        await used.commit({ ...change, put: [{ key: { ...key, name: 'bench' }, value }], append: [value] });
        if (n % EVENTS_UNREAD === 0) await readEvents(used);
      } catch (error) {
        if (error instanceof StoreClosed) return;
        throw error;
      }
      commits += 1;
      longestMs = Math.max(longestMs, performance.now() - startedMs);
      await pause(1000 / rate);
    }
  };
  const loading = load();
  const { totalMs, longestWorkMs } = await measureStalls(async () => {
    for await (const progress of moveStore({ from: withMemory(from), to: withMemory(to), ...ports }, name)) {
      if (progress.step === 'caught-up') caughtUp += progress.records;
      if (progress.step === 'closing') closedAt = performance.now();
      if (progress.step === 'finished') closedMs = performance.now() - closedAt;
    }
  });
  isOver = true;
  await loading;
  console.log(
    `${name}: ${(totalMs / 1000).toFixed(1)} s, closed for ${closedMs.toFixed(0)} ms; ${commits} commits meanwhile, of which the longest took ${longestMs.toFixed(0)} ms; ${caughtUp} records copied again; at most ${longestWorkMs.toFixed(0)} ms of work in one turn`,
  );
}

/** As if every consumer had read all events, as they do each second. */
async function readEvents(store: MovableStore): Promise<void> {
  const states = await store.readStates();
  const cursors = Object.fromEntries(states.map(({ events }, partition) => [partition, events]));
  for (const key of CONSUMERS.map(consumerDocument.key)) {
    const change = { anchor: key.anchor, operation: newOperation(ports), now: systemClock.now(), expect: [] };
    await store.commit({ ...change, put: [{ key, value: { cursors } }] });
  }
}

async function fill(made: TestPorts, { account, user: sample }: Fixture): Promise<DocumentKey[]> {
  const { store, clock } = made;
  const writer = new BatchWriter(store, clock.now());
  const stored = await read(made, userDocument.key(sample.id));
  const keys: DocumentKey[] = [];
  for (let n = 0; n < size; n++) {
    const { id } = birth(made, 'usr');
    const [login, key] = [`person-${n}`, userDocument.key(id)];
    const value: User = { ...stored, id, login, email: `${login}@users.example` };
    await writer.document({ key, value, version: 1 });
    for (const entry of userDocument.key(id).document.indexes(value)) {
      await writer.entry(store.partitionOf(key.anchor), entry);
    }
    for (const name of [login, value.email ?? '']) {
      await writer.document({ key: nameClaimDocument.key(account, name), value: { user: id }, version: 1 });
    }
    keys.push(key);
  }
  await writer.flush();
  return keys;
}
