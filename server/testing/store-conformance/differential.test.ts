import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Change, Store } from '../../kernel/ports/store.ts';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { dumpEmbeddedStore, dumpRedisStore } from '../dump-store.ts';
import { type RedisServer, START_TIMEOUT_MS, startRedisServer } from '../redis-server.ts';
import { keyOf, NOW } from './changes.ts';

let server: RedisServer;
let folder: string;
beforeAll(async () => {
  server = await startRedisServer({ product: 'redis' });
  folder = await mkdtemp(join(tmpdir(), 'countersign-differential-'));
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Few names, so that commands meet; some of them difficult. */
const ANCHORS = ['a', 'b', 'a\u0000', '\ud800'];
const NAMES = ['x', 'y', '{p1}', ''];
const text = fc.constantFrom('', 'a', 'ab', 'b\u0000', 'é', '😀', '\udfff', '{', '\r\n');
const value = fc.jsonValue({ maxDepth: 2 });
const entry = fc.record({ sort: text, id: text });
const index = fc.constantFrom('i', 'j', 'i\u0000');
const key = fc.record({ anchor: fc.constantFrom(...ANCHORS), name: fc.constantFrom(...NAMES) });
/** The expected version: the current one, an earlier one, none, or an invalid one. */
const expectation = fc.constantFrom('current', 'current', 'current', 'remembered', 'absent', 'wrong');
/** Within the minutes for which both retain operations and expired documents. */
const instant = fc.integer({ min: 0, max: 5 * 60_000 }).map((ms) => NOW + ms);

const commit = fc.record({
  kind: fc.constant('commit' as const),
  anchor: fc.constantFrom(...ANCHORS),
  operation: fc.integer({ min: 1, max: 400 }).map((n) => `operation ${n}`),
  now: instant,
  expect: fc.array(fc.record({ name: fc.constantFrom(...NAMES), version: expectation }), { maxLength: 2 }),
  write: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...NAMES),
      value: fc.option(value, { nil: undefined, freq: 4 }),
      expiresAt: fc.option(instant, { nil: undefined }),
    }),
    { maxLength: 3, selector: ({ name }) => name },
  ),
  index: fc.array(
    fc.record({ index, add: fc.option(entry, { nil: undefined }), remove: fc.option(entry, { nil: undefined }) }),
    { maxLength: 3 },
  ),
  append: fc.array(value, { maxLength: 3 }),
});
const getMany = fc.record({
  kind: fc.constant('getMany' as const),
  keys: fc.array(key, { maxLength: 5 }),
  now: instant,
});
const range = fc.record({
  kind: fc.constant('range' as const),
  index,
  options: fc.record(
    { after: entry, prefix: text, limit: fc.integer({ min: 1, max: 5 }), reverse: fc.boolean() },
    { requiredKeys: ['limit'] },
  ),
});
const readEvents = fc.record({
  kind: fc.constant('readEvents' as const),
  after: fc.nat({ max: 40 }),
  limit: fc.integer({ min: 1, max: 10 }),
});
const increment = fc.record({
  kind: fc.constant('increment' as const),
  key: text,
  windowMs: fc.constantFrom(1_000, 60_000),
  now: instant,
});
const command = fc.oneof(
  { arbitrary: commit, weight: 6 },
  { arbitrary: getMany, weight: 3 },
  range,
  readEvents,
  increment,
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

test('both stores return the same and hold the same content for any commands and clocks', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 50 }), async (commands) => {
      const name = `run${runs++}`;
      const path = join(folder, name);
      const embedded = await openEmbeddedStore({ path, eventCap: 20 });
      const options = {
        url: server.url,
        prefix: name,
        partitions: 1,
        eventCap: 20,
        answerTimeoutMs: START_TIMEOUT_MS,
        warn: () => {},
      };
      const redis = await openRedisStore(options);
      try {
        const remembered = new Map<string, number>();
        for (const one of commands) {
          const run = await prepare(one, embedded, remembered);
          expect(await run(redis)).toEqual(await run(embedded));
        }
      } finally {
        await Promise.all([embedded.close(), redis.close()]);
      }
      expect(await dumpRedisStore(server.url, name)).toEqual(await dumpEmbeddedStore(path));
      await rm(path, { recursive: true });
    }),
    { seed: 20_250_101, numRuns: 120 },
  );
});

/** Resolves what depends on the state, so that both stores get the same command. */
async function prepare(
  one: Command,
  store: Store,
  remembered: Map<string, number>,
): Promise<(store: Store) => Promise<unknown>> {
  switch (one.kind) {
    case 'commit': {
      const change = await toChange(one, store, remembered);
      return (target) => target.commit(change);
    }
    case 'getMany':
      return (target) => target.getMany(one.keys, one.now);
    case 'range':
      return (target) => target.range(one.index, one.options);
    case 'readEvents':
      return (target) => target.readEvents(0, one.after, one.limit);
    case 'increment':
      return (target) => target.increment(one.key, one.windowMs, 3, one.now);
  }
}

async function toChange(
  one: Extract<Command, { kind: 'commit' }>,
  store: Store,
  remembered: Map<string, number>,
): Promise<Change> {
  const { anchor, operation, now, append } = one;
  const expected = [];
  for (const { name, version } of one.expect) {
    const [found] = await store.getMany([keyOf(anchor, name)], now);
    const current = found?.version ?? 0;
    const id = JSON.stringify([anchor, name]);
    const versions = { current, remembered: remembered.get(id) ?? 0, absent: 0, wrong: current + 1 };
    if (version === 'absent') remembered.set(id, current);
    expected.push({ key: keyOf(anchor, name), version: versions[version] });
  }
  return {
    anchor,
    operation,
    now,
    append,
    expect: expected,
    put: one.write
      .filter((write) => write.value !== undefined)
      .map(({ name, value, expiresAt }) => ({
        key: keyOf(anchor, name),
        value,
        ...omitUndefined({ expiresAt }),
      })),
    delete: one.write.filter((write) => write.value === undefined).map(({ name }) => keyOf(anchor, name)),
    index: one.index.map(({ index, add, remove }) => ({
      index,
      ...omitUndefined({ add, remove }),
    })),
  };
}
