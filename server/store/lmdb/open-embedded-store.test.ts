import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ABSENT, StoreUnavailable } from '../../kernel/ports/store.ts';
import { keyOf } from '../../testing/store-conformance/changes.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'countersign-embedded-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

const key = keyOf('usr_1', 'user');

test('persists commits across closing and reopening', async () => {
  const first = await openEmbeddedStore({ path });
  const outcome = await first.commit({
    anchor: 'usr_1',
    operation: 'op-1',
    now: 1_000,
    expect: [{ key, version: ABSENT }],
    put: [{ key, value: { login: 'ada' } }],
  });
  await first.close();
  const second = await openEmbeddedStore({ path });
  const found = await second.getMany([key], 1_000);
  await second.close();
  expect(outcome).toBe('committed');
  expect(found).toEqual([{ value: { login: 'ada' }, version: 1 }]);
});

test('grows past its first map without losing data', async () => {
  const store = await openEmbeddedStore({ path });
  const text = 'x'.repeat(20_000);
  const commits = Array.from({ length: 500 }, (_, at) =>
    store.commit({
      anchor: `a${at}`,
      operation: `op-${at}`,
      now: 1_000,
      expect: [],
      put: [{ key: keyOf(`a${at}`, 'large'), value: text }],
    }),
  );
  expect(new Set(await Promise.all(commits))).toEqual(new Set(['committed']));
  const found = await store.getMany(
    Array.from({ length: 500 }, (_, at) => keyOf(`a${at}`, 'large')),
    1_000,
  );
  expect(found.filter((one) => one?.value === text)).toHaveLength(500);
  await store.close();
});

test('refuses a second server on the same folder until the first has closed', async () => {
  const first = await openEmbeddedStore({ path });
  await expect(openEmbeddedStore({ path })).rejects.toThrow(`in use by process ${process.pid}`);
  await first.close();
  const second = await openEmbeddedStore({ path });
  await second.check();
  await second.close();
});

test('is unavailable once closed', async () => {
  const store = await openEmbeddedStore({ path });
  await store.close();
  await expect(store.check()).rejects.toThrow(StoreUnavailable);
  await expect(store.getMany([key], 1)).rejects.toThrow(StoreUnavailable);
});

// SR-66
test('stays readable on a disk below the free-space limit, but refuses writes and is not ready', async () => {
  const change = {
    anchor: 'usr_1',
    operation: 'op-1',
    now: 1_000,
    expect: [{ key, version: ABSENT }],
    put: [{ key, value: { login: 'ada' } }],
  };
  const roomy = await openEmbeddedStore({ path });
  await roomy.commit(change);
  await roomy.close();
  const full = await openEmbeddedStore({ path, lowWaterBytes: Number.MAX_SAFE_INTEGER });
  await expect(full.commit({ ...change, operation: 'op-2' })).rejects.toThrow(StoreUnavailable);
  await expect(full.check()).rejects.toThrow(/^The disk of the embedded store is full: \d+ MiB are free/);
  expect(await full.getMany([key], 1_000)).toMatchObject([{ value: { login: 'ada' } }]);
  await full.close();
});
