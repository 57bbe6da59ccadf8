import { describe, expect, test } from 'vitest';
import { countWaiting, runExclusive } from './keyed-queue.ts';
import { Overloaded } from './ports/password-hasher.ts';
import { createProcessMemory } from './process-memory.ts';

const aStore = () => ({ memory: createProcessMemory() });

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('work on one key', () => {
  test('runs one after the other, in order of arrival', async () => {
    const store = aStore();
    const log: string[] = [];
    const { opened, open } = gate();
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await opened;
      log.push(`${name} ends`);
    };
    const all = ['a', 'b', 'c'].map((name) => runExclusive(store, 'key', work(name)));
    open();
    await Promise.all(all);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  test('continues after a failure, which only its own caller gets', async () => {
    const store = aStore();
    const failing = runExclusive(store, 'key', () => Promise.reject(new Error('broke')));
    const next = runExclusive(store, 'key', async () => 'fine');
    await expect(failing).rejects.toThrow('broke');
    expect(await next).toBe('fine');
  });

  test('does not wait for another key or store', async () => {
    const store = aStore();
    const { opened, open } = gate();
    const held = runExclusive(store, 'key', () => opened);
    expect(await runExclusive(store, 'other', async () => 'at once')).toBe('at once');
    expect(await runExclusive(aStore(), 'key', async () => 'at once')).toBe('at once');
    open();
    await held;
  });

  // SR-20: a flood on one token neither fills the memory nor blocks other users.
  test('is refused while 64 wait, and accepted again after them', async () => {
    const store = aStore();
    const { opened, open } = gate();
    const held = Array.from({ length: 64 }, () => runExclusive(store, 'key', () => opened));
    await expect(runExclusive(store, 'key', async () => 'too many')).rejects.toThrow(Overloaded);
    open();
    await Promise.all(held);
    expect(await runExclusive(store, 'key', async () => 'again')).toBe('again');
  });

  test('is refused beyond a bound of its own, and is told to retry in a second', async () => {
    const store = aStore();
    const { opened, open } = gate();
    const held = [1, 2].map(() => runExclusive(store, 'key', () => opened, 2));
    const refused = runExclusive(store, 'key', async () => 'too many', 2);
    await expect(refused).rejects.toMatchObject({ retryAfterMs: 1000 });
    expect(countWaiting(store, 'key')).toBe(2);
    open();
    await Promise.all(held);
    expect(await runExclusive(store, 'key', async () => 'again', 1)).toBe('again');
  });

  test('knows whether it has waited, which ends a phase of reading before it runs', async () => {
    const log: unknown[] = [];
    const store = { ...aStore(), endPhase: () => log.push('ended') };
    const work = async (hasWaited: boolean) => log.push(hasWaited);
    await Promise.all([1, 2].map(() => runExclusive(store, 'key', work)));
    await runExclusive(store, 'key', work);
    expect(log).toEqual([false, 'ended', true, false]);
  });

  test('is counted while it runs or waits, and leaves nothing behind', async () => {
    const store = aStore();
    const { opened, open } = gate();
    expect(countWaiting(store, 'key')).toBe(0);
    const held = [1, 2, 3].map(() => runExclusive(store, 'key', () => opened));
    expect([countWaiting(store, 'key'), countWaiting(store, 'other')]).toEqual([3, 0]);
    open();
    await held[0];
    expect(store.memory.queues.size).toBe(1);
    await Promise.all(held);
    expect(store.memory.queues.size).toBe(0);
  });
});

describe('an error that ends the line', () => {
  const outage = new Error('outage');
  const isOutage = (error: unknown) => error === outage;

  test('fails all that wait without running them, and what comes after begins another line', async () => {
    const store = aStore();
    const log: string[] = [];
    const { opened, open } = gate();
    const fail = () => opened.then(() => Promise.reject(outage));
    const run = async () => log.push('ran');
    const failing = runExclusive(store, 'key', fail, 9, isOutage).catch((error: unknown) => error);
    const waiting = [1, 2].map(() => runExclusive(store, 'key', run, 9, isOutage).catch((error: unknown) => error));
    // Not after all have left: while those that wait are told.
    const later = failing.then(() => {
      expect(countWaiting(store, 'key')).toBe(0);
      const other = runExclusive(store, 'key', () => Promise.resolve('fine'), 9, isOutage);
      return Promise.all([other, runExclusive(store, 'key', async () => 'behind it')]);
    });
    open();
    expect(await Promise.all([failing, ...waiting])).toEqual([outage, outage, outage]);
    expect(await later).toEqual(['fine', 'behind it']);
    expect(log).toEqual([]);
    expect(store.memory.queues.size).toBe(0);
  });

  test('does not take a new line away with its own end', async () => {
    const store = aStore();
    const { opened, open } = gate();
    const failing = runExclusive(store, 'key', () => Promise.reject(outage), 9, isOutage).catch(() => {
      return runExclusive(store, 'key', () => opened);
    });
    const waiting = runExclusive(store, 'key', async () => 'no', 9, isOutage);
    await expect(waiting).rejects.toBe(outage);
    await Promise.resolve();
    expect(countWaiting(store, 'key')).toBe(1);
    open();
    await failing;
  });

  test('is only one that is named so', async () => {
    const store = aStore();
    const failing = runExclusive(store, 'key', () => Promise.reject(new Error('broke')), 9, isOutage);
    const next = runExclusive(store, 'key', async () => 'fine', 9, isOutage);
    await expect(failing).rejects.toThrow('broke');
    expect(await next).toBe('fine');
  });
});
