import { describe, expect, test, vi } from 'vitest';
import { MOVE_LEASE_MS } from '../../kernel/ports/movable-store.ts';
import { HOUR_MS } from '../../kernel/time.ts';
import { changeOf, keyOf, NOW } from './changes.ts';
import { fill, finish, moving, nameOf, setUpStores, users } from './move-fixture.ts';

const { raw, redis } = setUpStores();

describe('a Redis that is moved', () => {
  const countClosed = async (prefix: string) => {
    const types = await Promise.all([0, 1, 2, 3].map((partition) => raw().type(`${prefix}:{p${partition}}:state`)));
    return types.filter((type) => type === 'string').length;
  };

  test('is opened by the processes that find it closed without a lease, also if only a part was closed', async () => {
    const prefix = nameOf('half');
    const [store, other] = [await redis(prefix), await redis(prefix)];
    await fill(store);
    const before = await store.readStates();
    const source = await store.startMove();
    await source.close({ id: 'm', to: 'there' });
    const [, , run] = ((await raw().get(`${prefix}:{p1}:state`)) ?? '').slice('moved '.length).split(' ');
    await raw().fcall('countersign_1_reopen', 1, `${prefix}:{p1}:state`, run ?? '');
    await raw().del(`${prefix}:{deployment}:move`);
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

  // SR-6. The attack: a code is used up, and the note of that commit is lost.
  test('SR-6: is not moved if a commit was not noted', async () => {
    const prefix = nameOf('old');
    const [store, to] = [await redis(prefix), await redis()];
    await fill(store);
    const steps = moving(store, to);
    const spoiled = async () => {
      for await (const { step } of steps) {
        if (step === 'copied') await raw().hincrby(`${prefix}:{p0}:state`, 'commits', 1);
      }
    };
    await expect(spoiled()).rejects.toThrow('a change was not noted');
    expect(await store.commit(changeOf('usr_1', { delete: users(1) }))).toBe('committed');
    await finish(moving(store, to));
  });

  // SR-69. The attack: a command that was stopped wakes when the new store is in use, and writes its old state over it.
  test('SR-69: is copied by no command that has slept longer than its lease', async () => {
    const prefix = nameOf('slept');
    const [store, to] = [await redis(prefix), await redis()];
    await fill(store);
    const { restoreRecords } = to;
    let isAwake = true;
    to.restoreRecords = (...asked) => {
      expect(isAwake).toBe(true);
      return restoreRecords.apply(to, asked);
    };
    const clock = vi.spyOn(performance, 'now');
    try {
      const steps = moving(store, to);
      await expect(
        (async () => {
          for await (const { step } of steps) {
            if (step !== 'copied' || !isAwake) continue;
            isAwake = false;
            const later = performance.now() + MOVE_LEASE_MS;
            clock.mockImplementation(() => later);
          }
        })(),
      ).rejects.toMatchObject({ code: 'MOVE_INTERRUPTED' });
    } finally {
      clock.mockRestore();
    }
  });

  test('is copied for longer than a journal lives that is not read', async () => {
    const prefix = nameOf('long');
    const source = await (await redis(prefix)).startMove();
    await raw().pexpire(`${prefix}:{p0}:journal`, MOVE_LEASE_MS / 2);
    const clock = vi.spyOn(performance, 'now');
    const later = performance.now() + MOVE_LEASE_MS / 2;
    clock.mockImplementation(() => later);
    await source.renew();
    clock.mockRestore();
    expect(await raw().pttl(`${prefix}:{p0}:journal`)).toBeGreaterThan(MOVE_LEASE_MS / 2);
    await raw().del(`${prefix}:{p1}:journal`);
    await expect(source.readChanges()).rejects.toMatchObject({ code: 'MOVE_INTERRUPTED' });
    await source.end();
  });

  test('leaves nothing of the move behind', async () => {
    const prefix = nameOf('clean');
    const store = await redis(prefix);
    await fill(store);
    const keysOf = async () =>
      (await raw().keys(`${prefix}:*`)).filter((key) => !/:o:|:source$|:check$/.test(key)).sort();
    const before = await keysOf();
    const source = await store.startMove();
    await store.increment('limit', HOUR_MS, 5, NOW);
    await source.close({ id: 'm', to: 'there' });
    await source.end();
    expect((await keysOf()).filter((key) => !key.includes(':c:'))).toEqual(before);
  });
});
