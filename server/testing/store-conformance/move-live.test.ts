import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { MOVE_LEASE_MS, type MovableStore, type MoveSource, StoreMoved } from '../../kernel/ports/movable-store.ts';
import { StoreClosed } from '../../kernel/ports/store.ts';
import { HOUR_MS } from '../../kernel/time.ts';
import { restorationDocument } from '../../store/documents.ts';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { changeOf, keyOf, NOW } from './changes.ts';
import { contentOf, fill, finish, moving, nameOf, setUpStores, users } from './move-fixture.ts';

const { raw, folder, opening, redis } = setUpStores();

/** As the command does that moves it. */
async function keepRenewing(starting: Promise<MoveSource>): Promise<MoveSource> {
  const source = await starting;
  const renewing = setInterval(() => source.renew().catch(() => clearInterval(renewing)), 200);
  const end = source.end.bind(source);
  source.end = () => {
    clearInterval(renewing);
    return end();
  };
  return source;
}

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
    endLease: async () => void (await raw().del(`${prefix}:{deployment}:move`)),
  };
}

async function embeddedSource(): Promise<Source> {
  const path = join(folder(), nameOf('source'));
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
      if (step !== 'closed' && step !== 'finished') await change(other);
    }
    expect(turn).toBeGreaterThan(3);
    expect(await contentOf(to)).toEqual(await contentOf(store));
  });

  // SR-34. The attack: a user is erased while the store is copied, and the new one has events with the address.
  test('SR-34: has no events in the new store that an erasure has dropped meanwhile', async () => {
    const [{ store, other }, to] = [await source(), await target()];
    await fill(store);
    let isDropped = false;
    for await (const { step } of moving(store, to)) {
      if (step !== 'caught-up' || isDropped) continue;
      isDropped = true;
      const states = await other.readStates();
      // All of one stream, and the first events of the others.
      await Promise.all(
        states.map(({ events }, partition) => other.dropEvents(partition, partition === 1 ? events : 2)),
      );
    }
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

  test('is moved by one command at a time, also of two that start together', async () => {
    const { store, other } = await source();
    const started = await Promise.allSettled([store.startMove(), other.startMove()].map(keepRenewing));
    const refused = started.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: { message: 'this store is being moved by another command' } }]);
    for (const one of started) if (one.status === 'fulfilled') await one.value.end();
    await (await other.startMove()).end();
  });

  // SR-48. The attack: a limit that was reached while the store was closed is not so in the new one.
  test('SR-48: has the counters in the new store that were raised while it was closed', async () => {
    const [{ store, other }, to] = [await source(), await target()];
    const start = store.startMove.bind(store);
    store.startMove = async () => {
      const move = await start();
      const { readChanges } = move;
      let isClosed = false;
      const close = move.close.bind(move);
      move.close = async (...asked) => {
        const states = await close(...asked);
        isClosed = true;
        return states;
      };
      move.readChanges = async () => {
        const changes = await readChanges.call(move);
        if (isClosed) await other.increment('limit', HOUR_MS, 5, NOW);
        isClosed = false;
        return changes;
      };
      return move;
    };
    await finish(moving(store, to));
    expect((await contentOf(to)).counters).toEqual([['limit', 1]]);
  });

  // The mistake: one that took too long, and ends, takes away what the next one needs.
  test('a move whose lease has ended disturbs no other that has begun since', async () => {
    const [{ store, other, endLease }, to] = [await source(), await target()];
    await fill(store, 3);
    const first = await store.startMove();
    const clock = vi.spyOn(performance, 'now');
    const later = performance.now() + MOVE_LEASE_MS;
    clock.mockImplementation(() => later);
    await endLease();
    try {
      let isEnded = false;
      for await (const { step } of moving(other, to)) {
        if (step !== 'copied' || isEnded) continue;
        isEnded = true;
        await first.end();
        await other.increment('limit', HOUR_MS, 5, NOW);
        await other.commit(changeOf('usr_1', { put: [{ key: keyOf('usr_1'), value: 'since' }] }));
      }
    } finally {
      clock.mockRestore();
    }
    expect(await contentOf(to)).toEqual(await contentOf(other));
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
