import { describe, expect, test } from 'vitest';
import { runExclusive } from './keyed-queue.ts';
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
});
