import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
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

// SR-86. The attack: another user of the machine reads the hashes from the store's file, whose folder is open.
test('SR-86: its files are private, also those that were open before', async () => {
  const before = process.umask(0o022);
  try {
    await chmod(path, 0o755);
    await (await openEmbeddedStore({ path })).close();
    const modes = async () => {
      const names = [path, ...(await readdir(path)).map((name) => join(path, name))];
      return Promise.all(names.map(async (name) => (await stat(name)).mode & 0o077));
    };
    expect(new Set(await modes())).toEqual(new Set([0]));
    await chmod(path, 0o755);
    for (const name of await readdir(path)) await chmod(join(path, name), 0o644);
    await (await openEmbeddedStore({ path })).close();
    expect(new Set(await modes())).toEqual(new Set([0]));
  } finally {
    process.umask(before);
  }
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
