import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { unreadEvents } from '../../events/consumed-events.ts';
import { CONSUMERS, consumerDocument } from '../../events/documents.ts';
import type { AccountId } from '../../kernel/ids.ts';
import { type MovableStore, StoreMoved } from '../../kernel/ports/movable-store.ts';
import type { Json, Store } from '../../kernel/ports/store.ts';
import { withMemory } from '../../kernel/process-memory.ts';
import { HOUR_MS } from '../../kernel/time.ts';
import { type MoveCounts, moveStore } from '../../operations/backup/move-store.ts';
import { reencryptionDocument } from '../../operations/maintenance/documents.ts';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { userIndexes } from '../../users/documents.ts';
import { authenticate } from '../as-operator.ts';
import { createFixture, PASSWORD, unwrap } from '../fixtures.ts';
import { type RedisServer, START_TIMEOUT_MS, startRedisServer } from '../redis-server.ts';
import { overStore } from '../restore-fixture.ts';
import { FakeClock, openTestPorts, seededRandom } from '../test-ports.ts';
import { changeOf, keyOf, NOW } from './changes.ts';

let server: RedisServer;
let folder: string;
const opened = new Set<MovableStore>();
let names = 0;
beforeAll(async () => {
  server = await startRedisServer({ product: 'redis' });
  folder = await mkdtemp(join(tmpdir(), 'countersign-move-'));
});
afterEach(async () => {
  for (const store of opened) await store.close();
  opened.clear();
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const nameOf = (kind: string) => `${kind}-${++names}`;
async function opening(store: Promise<MovableStore>): Promise<MovableStore> {
  opened.add(await store);
  return store;
}
const embedded = (name = nameOf('store'), shouldOpenMoved = false) =>
  opening(openEmbeddedStore({ path: join(folder, name), shouldOpenMoved }));
const redis = (partitions = 64, prefix = nameOf('redis'), shouldOpenMoved = false) =>
  opening(
    openRedisStore({
      ...{ url: server.url, prefix, partitions, shouldOpenMoved },
      ...{ answerTimeoutMs: START_TIMEOUT_MS, warn: () => {} },
    }),
  );
const ports = () => ({ clock: new FakeClock(), random: seededRandom(nameOf('seed')) });
/** The consumers have read all events where a test moves to fewer partitions. */
async function move(from: MovableStore, to: MovableStore, readAllEvents = async (_events: Store) => {}) {
  let counts: MoveCounts | undefined;
  for await (const progress of moveStore(
    { from: withMemory(from), to: withMemory(to), ...ports(), readAllEvents },
    'there',
  )) {
    if (progress.step === 'finished') ({ counts } = progress);
  }
  return counts;
}

// SR-69. The attack: a code that was used after the move works in the store that was moved away.
describe('SR-69: a code that was used in the new store', () => {
  test('is refused there, and the old embedded store does not open', async () => {
    const [from, to] = [await embedded('old'), await redis()];
    const before = await openTestPorts('moved-away', { store: from, remove: async () => {} });
    const { account, resource, tokens } = await createFixture(before, { tokens: [{}] });
    const otp = (await tokens[0]?.code()) ?? '';
    const signIn = {
      account,
      resource: resource.id,
      method: 'password-otp',
      user: 'alice',
      password: PASSWORD,
      otp,
    } as const;
    await markRead(from);
    await move(from, to);
    const after = overStore(before, to);
    unwrap(await authenticate(after, signIn));
    expect(await authenticate(after, signIn)).toMatchObject({ refused: expect.stringMatching(/^OTP/) });
    await from.close();
    await expect(embedded('old')).rejects.toThrow(StoreMoved);
  });

  test('is refused by a process that runs on the old Redis, and none starts there', async () => {
    const from = await redis(5, 'old');
    const running = await openTestPorts('runs-on', { store: await redis(5, 'old'), remove: async () => {} });
    const { account, resource, tokens } = await createFixture(running, { tokens: [{}] });
    const otp = (await tokens[0]?.code()) ?? '';
    const signIn = {
      account,
      resource: resource.id,
      method: 'password-otp',
      user: 'alice',
      password: PASSWORD,
      otp,
    } as const;
    await markRead(from);
    const to = await embedded();
    await move(from, to);
    await expect(authenticate(running, signIn)).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    unwrap(await authenticate(overStore(running, to), signIn));
    await expect(authenticate(running, signIn)).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await expect(redis(5, 'old')).rejects.toThrow('this store was moved to there');
  });
});

const ACCOUNT = 'acc_1' as AccountId;
const anchor = fc.constantFrom('usr_1', 'usr_2', 'a\0b', '\ud800', 'ünï', 'a:{p3}:d:b');
const content = fc.record({
  commits: fc.array(
    fc.record({
      anchor,
      name: fc.constantFrom('thing', 'other', 'i:x'),
      value: fc.jsonValue({ maxDepth: 2 }),
      expiresAt: fc.option(fc.integer({ min: -HOUR_MS, max: 90 * 24 * HOUR_MS }), { nil: undefined }),
      events: fc.nat({ max: 3 }),
      isRemoved: fc.boolean(),
    }),
    { minLength: 1, maxLength: 25 },
  ),
  counters: fc.array(
    fc.record({ key: anchor, windowMs: fc.constantFrom(2 * 60_000, HOUR_MS), times: fc.integer({ min: 1, max: 3 }) }),
    { maxLength: 5 },
  ),
});

async function fill(
  store: MovableStore,
  { commits, counters }: typeof content extends fc.Arbitrary<infer T> ? T : never,
) {
  for (const { anchor: of, name, value, expiresAt, events, isRemoved } of commits) {
    const key = keyOf(of, name);
    const expiry = expiresAt === undefined ? {} : { expiresAt: NOW + expiresAt };
    const index = [{ index: userIndexes.created(ACCOUNT), add: { sort: name, id: of } }];
    const append: Json[] = Array.from({ length: events }, (_, n) => ({ of, n }));
    await store.commit(changeOf(of, { put: [{ key, value, ...expiry }], index, append }));
    if (isRemoved) await store.commit(changeOf(of, { delete: [key] }));
  }
  for (const { key, windowMs, times } of counters) {
    for (let n = 0; n < times; n++) await store.increment(key, windowMs, 100, NOW);
  }
}

/** As if every consumer had read all events. */
async function markRead(store: MovableStore): Promise<void> {
  const states = await store.readStates();
  const cursors = Object.fromEntries(states.map(({ events }, partition) => [partition, events]));
  for (const key of CONSUMERS.map(consumerDocument.key)) {
    await store.commit(changeOf(key.anchor, { put: [{ key, value: { cursors } }] }));
  }
}

const inOrder = (texts: readonly string[]) => [...texts].sort();
/** Everything but the events, as it is read. */
async function contentOf(store: MovableStore) {
  const found = new Map<string, unknown>();
  let after: string | undefined;
  do {
    const page = await store.scan(after, 7);
    for (const record of page.records) {
      if (record.kind === 'index') found.set(JSON.stringify([record.index, record.entry]), true);
      else if (!record.key.anchor.startsWith('consumer/')) found.set(JSON.stringify(record.key), record);
    }
    after = page.next;
  } while (after !== undefined);
  const counters: unknown[] = [];
  do {
    const page = await store.scanCounters(after, 7);
    counters.push(...page.counters);
    after = page.next;
  } while (after !== undefined);
  const texts = new Set(counters.map((counter) => JSON.stringify(Object.entries(counter as object).sort())));
  const range = await store.range(userIndexes.created(ACCOUNT), { limit: 1000 });
  return { found: inOrder([...found].map((one) => JSON.stringify(one))), counters: inOrder([...texts]), range };
}
const eventsOf = (store: MovableStore) => store.readStreams(new Array<number>(store.partitions).fill(0), 1000);

describe('what was readable before', () => {
  test('is equal after a move to Redis, to other numbers of partitions, and back', async () => {
    await fc.assert(
      fc.asyncProperty(content, async (given) => {
        const from = await embedded();
        await fill(from, given);
        const before = await contentOf(from);
        const highest = (await from.readStates())[0]?.events ?? 0;
        let last = from;
        for (const next of [await redis(8), await redis(3), await embedded()]) {
          await markRead(last);
          await move(last, next);
          expect(await contentOf(next)).toEqual(before);
          last = next;
        }
        // New versions and numbers of events are above all earlier ones, and nothing seems to be lost before them.
        await last.commit(changeOf('usr_1', { put: [{ key: keyOf('usr_1'), value: 1 }], append: ['new'] }));
        const [stored] = await last.getMany([keyOf('usr_1')], NOW);
        expect(stored?.version).toBeGreaterThan(given.commits.length);
        const [position] = await last.getMany([consumerDocument.key('audit')], NOW);
        const after = position?.value.cursors[0] ?? 0;
        expect(after).toBeGreaterThanOrEqual(highest);
        expect(await last.readStreams([after], 10)).toEqual([[{ sequence: after + 1, text: '"new"' }]]);
        for (const store of opened) await store.close();
        opened.clear();
      }),
      { numRuns: 8 },
    );
  });

  test('has its events too between stores of the same partitions, also unread ones', async () => {
    await fc.assert(
      fc.asyncProperty(content, async (given) => {
        const [from, to] = [await redis(4), await redis(4)];
        await fill(from, given);
        const [before, events] = [await contentOf(from), await eventsOf(from)];
        const counts = await move(from, to);
        expect([await contentOf(to), await eventsOf(to)]).toEqual([before, events]);
        expect(counts?.events).toBe(events.flat().length);
      }),
      { numRuns: 8 },
    );
  });

  // SR-22. The attack: secrets stay under a stolen master key, because the walk goes on in the middle of another store.
  test('SR-22: does not contain how far a walk over the old store had come', async () => {
    const key = reencryptionDocument.key();
    const walk = { keyId: 'k', resealed: 1, missed: 0, startedAt: NOW };
    const movedOf = async (value: typeof walk) => {
      const [from, to] = [await redis(4), await redis(4)];
      await from.commit(changeOf(key.anchor, { put: [{ key, value }] }));
      await move(from, to);
      return (await to.getMany([key], NOW))[0]?.value;
    };
    const [half, done] = [
      { ...walk, after: 'position' },
      { ...walk, finishedAt: NOW },
    ];
    expect([await movedOf(half), await movedOf(done)]).toEqual([undefined, done]);
  });

  // SR-34. The attack: what an administrator did in the last second is in no audit log.
  test('SR-34: is not lost with events that no consumer has read, if the partitions change', async () => {
    const [narrow, wide] = [await embedded(), await redis(4)];
    await narrow.commit(changeOf('usr_1', { append: ['read'] }));
    await markRead(narrow);
    await narrow.commit(changeOf('usr_1', { append: ['unread'] }));
    await move(narrow, wide);
    const unread = () => unreadEvents({ store: withMemory(wide), clock: ports().clock });
    expect((await unread()).map(({ sequence, text }) => [sequence, text])).toEqual(
      Array.from(CONSUMERS, () => [2, '"unread"']),
    );
    const seen: unknown[] = [];
    const to = await embedded();
    await move(wide, to, async (events) => {
      for (let partition = 0; partition < events.partitions; partition++) {
        seen.push(...(await events.readEvents(partition, 1, 10)));
      }
      // What consumers derive is in the new store.
      await events.commit(changeOf('usr_2', { put: [{ key: keyOf('usr_2'), value: 'derived' }] }));
    });
    expect(seen).toEqual([{ sequence: 2, event: 'unread' }]);
    expect(await to.getMany([keyOf('usr_2')], NOW)).toMatchObject([{ value: 'derived' }]);
    expect(await unreadEvents({ store: withMemory(to), clock: ports().clock })).toEqual([]);
  });
});

test('a store that is not empty is no target, and stays as it is', async () => {
  const [from, to] = [await embedded(), await redis()];
  await to.commit(changeOf('usr_1', { put: [{ key: keyOf('usr_1'), value: 1 }] }));
  await expect(move(from, to)).rejects.toMatchObject({ code: 'STORE_NOT_EMPTY' });
  expect(await from.readMove()).toBeUndefined();
});
