import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { expect, test, vi } from 'vitest';
import { openTables } from './tables.ts';

vi.mock('lmdb', async (original) => {
  const lmdb = await original<typeof import('lmdb')>();
  return { ...lmdb, open: vi.fn(lmdb.open) };
});

// SR-6, SR-53, SR-68: an option that is not listed here, such as mapAsync or useWritemap, may remove the flush.
test('SR-68: a power cut loses no confirmed commit: LMDB flushes it, and no other option is set', async () => {
  const path = await mkdtemp(join(tmpdir(), 'countersign-tables-'));
  const { root } = openTables(path);
  expect(vi.mocked(open).mock.calls).toEqual([
    [
      {
        path,
        noSubdir: false,
        maxDbs: 9,
        encoding: 'binary',
        keyEncoding: 'binary',
        overlappingSync: false,
        eventTurnBatching: false,
        noSync: false,
        noMetaSync: false,
      },
    ],
  ]);
  await root.close();
  await rm(path, { recursive: true, force: true });
});
