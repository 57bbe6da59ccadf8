import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type MoveProgress, moveStore } from '../../backup/move-store.ts';
import { type MovableStore, type MoveSource, StoreMoved } from '../../kernel/ports/movable-store.ts';
import { StoreClosed } from '../../kernel/ports/store.ts';
import { HOUR_MS } from '../../kernel/time.ts';
import { restorationDocument } from '../../store/documents.ts';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { type RedisServer, START_TIMEOUT_MS, startRedisServer } from '../redis-server.ts';
import { FakeClock, seededRandom } from '../test-ports.ts';
import { changeOf, keyOf, NOW } from './changes.ts';

let server: RedisServer;
let raw: Redis;
let folder: string;
const opened = new Set<MovableStore>();
let names = 0;
beforeAll(async () => {
  server = await startRedisServer({ product: 'redis' });
  raw = new Redis(server.url);
  folder = await mkdtemp(join(tmpdir(), 'countersign-move-live-'));
});
afterEach(async () => {
  for (const store of opened) await store.close();
  opened.clear();
});
afterAll(async () => {
  raw?.disconnect();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const nameOf = (kind: string) => `${kind}-${++names}`;
async function opening(store: Promise<MovableStore>): Promise<MovableStore> {
  opened.add(await store);
  return store;
}
const redis = (prefix = nameOf('redis'), partitions = 4, shouldOpenMoved = false) =>
  opening(
    openRedisStore({
      ...{ url: server.url, prefix, partitions, shouldOpenMoved },
      ...{ answerTimeoutMs: START_TIMEOUT_MS, warn: () => {} },
    }),
  );

/** A store that is moved, as its own process and as the others see it. */
interface Source {
  store: MovableStore;
  /** Another process, if the store can have one. */
  other: MovableStore;
  /** After a kill: the store as a process finds it that starts then. */
  again(shouldOpenMoved?: boolean): Promise<MovableStore>;
  /** As if the lease of what moves the store had ended. */
  endLease(): Promise<void>;
}

async function redisSource(): Promise<Source> {
  const prefix = nameOf('source');
  return {
    store: await redis(prefix),
    other: await redis(prefix),
    again: (shouldOpenMoved) => redis(prefix, 4, shouldOpenMoved),
    endLease: async () => void (await raw.del(`${prefix}:{deployment}:move`)),
  };
}

async function embeddedSource(): Promise<Source> {
  const path = join(folder, nameOf('source'));
  const open = (shouldOpenMoved = false) => opening(openEmbeddedStore({ path, shouldOpenMoved }));
  const store = await open();
  let current = store;
  return {
    store,
    other: store,
    again: async (shouldOpenMoved) => {
      await current.close();
      current = await open(shouldOpenMoved);
      return current;
    },
    endLease: async () => {},
  };
}

const SOURCES = [
  ['embedded', embeddedSource],
  ['Redis', redisSource],
] as const;

const moving = (from: MovableStore, to: MovableStore) => {
  const ports = { clock: new FakeClock(), random: seededRandom(nameOf('seed')) };
  return moveStore({ from, to, ...ports }, 'there');
};

async function finish(steps: AsyncGenerator<MoveProgress>): Promise<void> {
  for await (const _ of steps) {
  }
}

const users = (...numbers: number[]) => numbers.map((n) => keyOf<string>(`usr_${n}`));

async function fill(store: MovableStore, count = 30): Promise<void> {
  for (let n = 0; n < count; n++) {
    const index = [{ index: 'users/created', add: { sort: String(n), id: `usr_${n}` } }];
    const put = [{ key: keyOf(`usr_${n}`), value: `first ${n}` }];
    await store.commit(changeOf(`usr_${n}`, { put, index, append: [n] }));
  }
}

/** Everything that can be read. */
async function contentOf(store: MovableStore) {
  const found = new Set<string>();
  for (let after: string | undefined; ; ) {
    const page = await store.scan(after, 100);
    for (const record of page.records) found.add(JSON.stringify(record));
    after = page.next;
    if (after === undefined) break;
  }
  const counters = new Map<string, number>();
  for (let after: string | undefined; ; ) {
    const page = await store.scanCounters(after, 100);
    for (const { key, count } of page.counters) counters.set(key, count);
    after = page.next;
    if (after === undefined) break;
  }
  const events: unknown[] = [];
  for (let partition = 0; partition < store.partitions; partition++) {
    events.push(await store.readEvents(partition, 0, 1000));
  }
  return { records: [...found].sort(), counters: [...counters].sort(), events };
}
const markOf = async (store: MovableStore) => (await store.getMany([restorationDocument.key()], NOW))[0]?.value;

describe.each(SOURCES)('a store that is moved while it is in use, %s', (kind, source) => {
  const target = async () => (kind === 'Redis' ? redis() : redis(undefined, 1));

  // SR-6, SR-48, SR-69. The attack: a code that was used, a token that was removed or a limit that was reached while the
  // store was copied is not so in the new one.
  test('SR-6: has every change and every counter in the new store, whenever it was made', async () => {
    const [{ store, other }, to] = [await source(), await target()];
    await fill(store);
    let turn = 0;
    const change = async (which: MovableStore) => {
      turn += 1;
      const [changed, removed, made] = [turn % 30, (turn + 7) % 30, 100 + turn];
      const entry = { sort: String(removed), id: `usr_${removed}` };
      await which.commit(
        changeOf(`usr_${changed}`, { put: [{ key: keyOf(`usr_${changed}`), value: `turn ${turn}` }], append: [turn] }),
      );
      await which.commit(
        changeOf(`usr_${removed}`, {
          delete: [keyOf(`usr_${removed}`)],
          index: [{ index: 'users/created', remove: entry }],
        }),
      );
      await fill(which, 1);
      await which.commit(changeOf(`usr_${made}`, { put: [{ key: keyOf(`usr_${made}`), value: 'made' }] }));
      await which.increment(`limit ${turn % 3}`, HOUR_MS, 5, NOW);
    };
    for await (const { step } of moving(store, to)) {
      if (step !== 'finished') await change(other);
    }
    expect(turn).toBeGreaterThan(3);
    expect(await contentOf(to)).toEqual(await contentOf(store));
  });

  // SR-6. The attack: an answer says that a code was used up, and the new store does not know.
  test('SR-6: acknowledges a change at its end only if the new store has it', async () => {
    const [{ store, other }, to] = [await source(), await target()];
    await fill(store, 3);
    const outcomes: Promise<number | undefined>[] = [];
    const steps = moving(store, to);
    for await (const { step } of steps) {
      if (step !== 'closing') continue;
      for (let n = 0; n < 200; n++) {
        const put = [{ key: keyOf(`usr_${n}`), value: 'last' }];
        const commit = (n % 2 === 0 ? other : store).commit(changeOf(`usr_${n}`, { put, append: [n] }));
        outcomes.push(
          commit.then(
            () => n,
            (error: unknown) => {
              expect(error).toBeInstanceOf(StoreClosed);
              return undefined;
            },
          ),
        );
      }
    }
    const acknowledged = (await Promise.all(outcomes)).filter((n) => n !== undefined);
    const found = await to.getMany(users(...Array.from({ length: 200 }, (_, n) => n)), NOW);
    expect(found.flatMap((one, n) => (one?.value === 'last' ? [n] : []))).toEqual(acknowledged);
  });

  test('refuses changes and is not ready while it is closed, still answers, and goes on if the move does not', async () => {
    const { store, other } = await source();
    await fill(store, 3);
    const moved = await store.startMove();
    await moved.close({ id: 'm', to: 'there' });
    const change = changeOf('usr_1', { put: [{ key: keyOf('usr_1'), value: 'changed' }] });
    await expect(other.commit(change)).rejects.toThrow('this store is being moved to there, and takes no change');
    await expect(other.check()).rejects.toBeInstanceOf(StoreClosed);
    expect(await other.getMany(users(1), NOW)).toMatchObject([{ value: 'first 1' }]);
    await moved.end();
    await other.check();
    expect(await other.commit(change)).toBe('committed');
    await expect(moved.finish()).rejects.toMatchObject({ code: 'MOVE_INTERRUPTED' });
    expect(await other.getMany(users(1), NOW)).toMatchObject([{ value: 'changed' }]);
  });

  test('is moved by one command at a time', async () => {
    const { store, other } = await source();
    const first = await store.startMove();
    await expect(other.startMove()).rejects.toThrow('is being moved by another command');
    await first.end();
    await (await other.startMove()).end();
  });

  test('refuses what it has ended, for ever', async () => {
    const [{ store, other, again }, to] = [await source(), await target()];
    await fill(store, 3);
    await finish(moving(store, to));
    await expect(other.commit(changeOf('usr_1', { delete: [keyOf('usr_1')] }))).rejects.toMatchObject({
      isFinished: true,
      message: 'this store was moved to there',
    });
    await expect(again()).rejects.toThrow(StoreMoved);
    await expect(finish(moving(await again(true), to))).rejects.toThrow('this store was moved to there before');
  });

  type Kill = readonly [keyof MoveSource, 'before' | 'after'];
  const KILLS: Kill[] = [
    ['readChanges', 'before'],
    ['close', 'before'],
    ['close', 'after'],
    ['finish', 'before'],
  ];

  /** As by `kill -9`: nothing that comes after is done, not even what ends a move. */
  async function killed(from: MovableStore, to: MovableStore, [at, when]: Kill): Promise<void> {
    const start = from.startMove.bind(from);
    let isDead = false;
    from.startMove = async () =>
      new Proxy(await start(), {
        get(source, name: keyof MoveSource) {
          if (typeof source[name] !== 'function') return source[name];
          return async (...asked: never[]) => {
            if (isDead || (name === at && when === 'before')) isDead = true;
            else {
              const answer = await (source[name] as (...all: never[]) => Promise<unknown>)(...asked);
              if (name !== at) return answer;
              isDead = true;
            }
            throw new Error('killed');
          };
        },
      });
    await expect(finish(moving(from, to))).rejects.toThrow('killed');
  }

  // SR-69. The attack: half of the used codes are in the new store, and a service starts there; or the old one, which
  // was in use again, is finished.
  test.each(KILLS)('SR-69: goes on after a kill (%s, %s), and is moved by the same command', async (at, when) => {
    const [{ store, again, endLease }, to] = [await source(), await target()];
    await fill(store);
    await killed(store, to, [at, when]);
    expect(await markOf(to)).toHaveProperty('move');
    await endLease();
    const next = await again();
    await next.check();
    await next.commit(changeOf('usr_1', { put: [{ key: keyOf('usr_1'), value: 'used since' }], append: ['since'] }));
    const index = [{ index: 'users/created', remove: { sort: '2', id: 'usr_2' } }];
    await next.commit(changeOf('usr_2', { delete: users(2), index }));
    await expect(finish(moving(next, await filled()))).rejects.toMatchObject({ code: 'STORE_NOT_EMPTY' });
    await finish(moving(next, to));
    expect(await markOf(to)).toBeUndefined();
    expect(await contentOf(to)).toEqual(await contentOf(next));
  });

  /** Of another service. */
  async function filled(): Promise<MovableStore> {
    const store = await target();
    await fill(store, 1);
    return store;
  }

  test('SR-69: is not used again after a kill at its very end, and the command opens the new one', async () => {
    const [{ store, again, endLease }, to] = [await source(), await target()];
    await fill(store, 3);
    await killed(store, to, ['finish', 'after']);
    await endLease();
    expect(await markOf(to)).toHaveProperty('move');
    await expect(again()).rejects.toThrow(StoreMoved);
    const other = await target();
    await expect(finish(moving(await again(true), other))).rejects.toThrow('this store was moved to there before');
    await finish(moving(await again(true), to));
    expect(await markOf(to)).toBeUndefined();
  });
});

describe('a Redis that is moved', () => {
  const countClosed = async (prefix: string) => {
    const types = await Promise.all([0, 1, 2, 3].map((partition) => raw.type(`${prefix}:{p${partition}}:state`)));
    return types.filter((type) => type === 'string').length;
  };

  test('is opened by the processes that find it closed without a lease, also if only a part was closed', async () => {
    const prefix = nameOf('half');
    const [store, other] = [await redis(prefix), await redis(prefix)];
    await fill(store);
    const before = await store.readStates();
    const source = await store.startMove();
    await source.close({ id: 'm', to: 'there' });
    const [, , run] = ((await raw.get(`${prefix}:{p1}:state`)) ?? '').slice('moved '.length).split(' ');
    await raw.fcall('countersign_3_reopen', 1, `${prefix}:{p1}:state`, run ?? '');
    await raw.del(`${prefix}:{deployment}:move`);
    expect(await countClosed(prefix)).toBe(3);
    const keys = Array.from({ length: 30 }, (_, n) => n);
    await Promise.all(
      keys.map((n) => other.commit(changeOf(`usr_${n}`, { put: [{ key: keyOf(`usr_${n}`), value: 'on' }] }))),
    );
    expect(await countClosed(prefix)).toBe(0);
    const versions = (await other.getMany(users(...keys), NOW)).map((one) => one?.version ?? 0);
    expect(Math.min(...versions)).toBeGreaterThan(Math.min(...before.map(({ commits }) => commits)));
    // The command that had only slept.
    await expect(source.finish()).rejects.toMatchObject({ code: 'MOVE_INTERRUPTED' });
    expect(await other.readMove()).toBeUndefined();
  });

  // SR-6. The attack: a process that was not updated uses up a code, and what it commits is not noted.
  test('SR-6: is not moved while a process of an earlier version changes it', async () => {
    const prefix = nameOf('old');
    const [store, to] = [await redis(prefix), await redis()];
    await fill(store);
    const steps = moving(store, to);
    const spoiled = async () => {
      for await (const { step } of steps) {
        if (step === 'copied') await raw.hincrby(`${prefix}:{p0}:state`, 'commits', 1);
      }
    };
    await expect(spoiled()).rejects.toThrow('a process of an earlier version uses this store');
    expect(await store.commit(changeOf('usr_1', { delete: users(1) }))).toBe('committed');
    await finish(moving(store, to));
  });

  test('leaves nothing of the move behind', async () => {
    const prefix = nameOf('clean');
    const store = await redis(prefix);
    await fill(store);
    const keysOf = async () =>
      (await raw.keys(`${prefix}:*`)).filter((key) => !/:o:|:source$|:check$/.test(key)).sort();
    const before = await keysOf();
    const source = await store.startMove();
    await store.increment('limit', HOUR_MS, 5, NOW);
    await source.close({ id: 'm', to: 'there' });
    await source.end();
    expect((await keysOf()).filter((key) => !key.includes(':c:'))).toEqual(before);
  });
});
