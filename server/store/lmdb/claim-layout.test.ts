import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { open } from 'lmdb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreVersionRefused } from '../../kernel/ports/store.ts';
import { changeOf, keyOf } from '../../testing/store-conformance/changes.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';
import { FORMAT_KEY, numbered, openTables } from './tables.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'countersign-layout-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

const NOW = 1_750_000_000_000;
const key = keyOf<{ n: number }>('usr_1', 'user');

/**
 * Written by the last version of layout 1: three commits of a user with an event each (`op-1` to `op-3`), one of a
 * document that expires after a minute, and one count of `codes/all`.
 */
function writeOldFolder(): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'data.mdb'), gunzipSync(readFileSync(new URL('layout-1.mdb.gz', import.meta.url))));
}

// The attacks: an upgrade forgets a committed operation, a limit or a version, and each works once more.
test('SR-6, SR-48: a folder of layout 1 keeps documents, versions, operations, events and counts', async () => {
  writeOldFolder();
  for (let start = 0; start < 2; start++) {
    const store = await openEmbeddedStore({ path });
    expect(await store.getMany([key, keyOf('usr_1', 'flow')], NOW)).toEqual([
      { value: { n: 3 }, version: 3 },
      { value: 1, version: 4 },
    ]);
    expect(await store.range('users', { limit: 10 })).toHaveLength(3);
    expect((await store.readEvents(0, 0, 10)).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(await store.commit(changeOf('usr_1', { operation: 'op-2', delete: [key], append: ['again'] }))).toBe(
      'committed',
    );
    expect((await store.increment('codes/all', 86_400_000, 1, NOW)).count).toBe(start + 2);
    await store.close();
  }
  const store = await openEmbeddedStore({ path });
  await store.commit(
    changeOf('usr_1', { expect: [{ key, version: 3 }], put: [{ key, value: { n: 4 } }], append: [4] }),
  );
  expect(await store.getMany([key], NOW)).toEqual([{ value: { n: 4 }, version: 5 }]);
  expect((await store.readEvents(0, 3, 10)).map(({ sequence }) => sequence)).toEqual([4]);
  await store.close();
});

test('a folder of layout 1 no longer has the table of operations by time', async () => {
  writeOldFolder();
  await (await openEmbeddedStore({ path })).close();
  const root = open<Buffer, Buffer>({ path, maxDbs: 8, encoding: 'binary', keyEncoding: 'binary' });
  const names = [...root.getKeys()].map((name) => name.toString().replace('\0', ''));
  await root.close();
  expect(names).toContain('operations');
  expect(names).not.toContain('operation-times');
});

test('an unknown layout is refused, and left as it is', async () => {
  await (await openEmbeddedStore({ path })).close();
  const { root, tables } = openTables(path);
  await tables.meta.put(FORMAT_KEY, numbered(3));
  await root.close();
  for (let start = 0; start < 2; start++) {
    await expect(openEmbeddedStore({ path })).rejects.toThrow(StoreVersionRefused);
  }
  expect(existsSync(join(path, 'data.mdb'))).toBe(true);
});
