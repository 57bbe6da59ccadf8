import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreVersionRefused } from '../../kernel/ports/store.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';
import { FORMAT_KEY, numbered, openTables } from './tables.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'countersign-layout-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

test('a later layout is refused, and left as it is', async () => {
  await (await openEmbeddedStore({ path })).close();
  const { root, tables } = openTables(path);
  await tables.meta.put(FORMAT_KEY, numbered(2));
  await root.close();
  for (let start = 0; start < 2; start++) {
    await expect(openEmbeddedStore({ path })).rejects.toThrow(StoreVersionRefused);
  }
  expect(existsSync(join(path, 'data.mdb'))).toBe(true);
});
