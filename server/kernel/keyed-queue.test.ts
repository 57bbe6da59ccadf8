import { describe, expect, test } from 'vitest';
import { runExclusive } from './keyed-queue.ts';
import { Overloaded } from './ports/password-hasher.ts';
import type { Store } from './ports/store.ts';

const aStore = () => ({}) as Store;

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

  test('goes on after a failure, which only its own caller hears of', async () => {
    const store = aStore();
    const failing = runExclusive(store, 'key', () => Promise.reject(new Error('broke')));
    const next = runExclusive(store, 'key', async () => 'fine');
    await expect(failing).rejects.toThrow('broke');
    expect(await next).toBe('fine');
  });

  test('waits for no other key and no other store', async () => {
    const store = aStore();
    const { opened, open } = gate();
    const held = runExclusive(store, 'key', () => opened);
    expect(await runExclusive(store, 'other', async () => 'at once')).toBe('at once');
    expect(await runExclusive(aStore(), 'key', async () => 'at once')).toBe('at once');
    open();
    await held;
  });

  // SR-20: a flood on one token neither fills the memory nor makes everybody wait for ever.
  test('is refused when 64 are waiting, and taken again when they are through', async () => {
    const store = aStore();
    const { opened, open } = gate();
    const held = Array.from({ length: 64 }, () => runExclusive(store, 'key', () => opened));
    await expect(runExclusive(store, 'key', async () => 'too many')).rejects.toThrow(Overloaded);
    open();
    await Promise.all(held);
    expect(await runExclusive(store, 'key', async () => 'again')).toBe('again');
  });
});
