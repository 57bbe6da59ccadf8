import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RawKey } from '../kernel/ports/store.ts';
import { changeOf, keyOf, NOW } from '../testing/store-conformance/changes.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { RequestStore } from './request-ports.ts';
import { transact } from './transact.ts';

let ports: TestPorts;
let read: (readonly RawKey[])[];
beforeAll(async () => {
  ports = await openTestPorts('read ahead');
});
beforeEach(() => {
  read = [];
  ports.store.intercept = { read: (keys) => void read.push(keys) };
});
afterAll(() => ports.close());

const put = (anchor: string, value: number) =>
  ports.store.commit(changeOf(anchor, { put: [{ key: keyOf(anchor), value }] }));

describe('documents read ahead', () => {
  test('are not read again, whether or not they exist', async () => {
    await put('a', 1);
    const ahead = new RequestStore(ports.store);
    await ahead.readAhead([keyOf('a'), keyOf('none')], NOW);
    await ahead.readAhead([keyOf('none'), keyOf('a')], NOW);
    const [none, a] = await ahead.getMany([keyOf('none'), keyOf('a')], NOW);
    expect([none, a?.value]).toEqual([undefined, 1]);
    expect(read).toHaveLength(1);
  });

  test('are read again with one that was not, so that both are of one moment', async () => {
    await put('b', 1);
    const ahead = new RequestStore(ports.store);
    await ahead.readAhead([keyOf('b')], NOW);
    await put('b', 2);
    const [b] = await ahead.getMany([keyOf('b'), keyOf('c')], NOW);
    expect(b?.value).toBe(2);
  });

  // SR-1 The attack: of two requests that have read the same version, both win.
  test('lose against a change since, and are then read afresh', async () => {
    const key = keyOf<number>('counter');
    await put('counter', 1);
    const ahead = new RequestStore(ports.store);
    await ahead.readAhead([key], NOW);
    await put('counter', 10);
    const seen: unknown[] = [];
    await transact({ ...ports, store: ahead }, 'counter', [key], ([current]) => {
      seen.push(current?.value);
      return { answer: undefined, write: { put: [{ key, value: (current?.value ?? 0) + 1 }] } };
    });
    expect(seen).toEqual([1, 10]);
    expect((await ports.store.getMany([key], NOW))[0]?.value).toBe(11);
  });

  test('are forgotten with the change that writes or deletes them, and on request', async () => {
    const keys = ['put', 'deleted', 'other'].map((anchor) => keyOf<number>('one', anchor));
    const [written, deleted, other] = keys as [(typeof keys)[0], (typeof keys)[0], (typeof keys)[0]];
    const ahead = new RequestStore(ports.store);
    await ahead.readAhead(keys, NOW);
    await ahead.commit(changeOf('one', { put: [{ key: written, value: 1 }], delete: [deleted] }));
    read = [];
    await ahead.getMany([other], NOW);
    expect(read).toHaveLength(0);
    for (const key of [written, deleted]) await ahead.getMany([key], NOW);
    expect(read).toHaveLength(2);
    ahead.endPhase();
    await ahead.getMany([other], NOW);
    expect(read).toHaveLength(3);
  });

  // SR-4. The attack: a user is blocked while the password is hashed.
  test('SR-4: end with a slow call: a read meanwhile throws, and a later one sees the change', async () => {
    const key = keyOf<number>('slow');
    await put('slow', 1);
    const ahead = new RequestStore(ports.store);
    await ahead.readAhead([key], NOW);
    await ahead.endPhaseFor(async () => {
      await put('slow', 2);
      await expect(ahead.getMany([key], NOW)).rejects.toThrow('a slow call has ended');
      await expect(ahead.readAhead([key], NOW)).rejects.toThrow('a slow call has ended');
    });
    expect((await ahead.getMany([key], NOW))[0]?.value).toBe(2);
    await expect(ahead.endPhaseFor(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect((await ahead.getMany([key], NOW))[0]?.value).toBe(2);
  });
});
