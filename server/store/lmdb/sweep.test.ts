import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OPERATION_RETENTION_MS } from '../../kernel/ports/store.ts';
import { dumpEmbeddedStore, type StoreDump } from '../../testing/dump-store.ts';
import { changeOf, keyOf, NOW } from '../../testing/store-conformance/changes.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';
import { EXPIRED_RETENTION_MS } from './sweep.ts';
import { openTables } from './tables.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'countersign-sweep-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

/** Commits 100 documents that expire soon, then `later` enough changes for the sweeps to reach them. */
async function fillAndContinue(laterMs: number): Promise<StoreDump> {
  const store = await openEmbeddedStore({ path });
  for (let n = 0; n < 100; n++) {
    const anchor = `flow-${n}`;
    await store.commit(changeOf(anchor, { put: [{ key: keyOf(anchor), value: n, expiresAt: NOW + 1_000 }] }));
  }
  const kept = keyOf('kept');
  await store.commit(changeOf('kept', { put: [{ key: kept, value: 1, expiresAt: NOW + 1_000 }] }));
  await store.commit(changeOf('kept', { put: [{ key: kept, value: 2 }] }));
  for (let n = 0; n < 64; n++) await store.commit(changeOf('later', { now: NOW + laterMs }));
  await store.close();
  return dumpEmbeddedStore(path);
}

test('removes long-expired documents and old operations, by the clock of the changes', async () => {
  const dump = await fillAndContinue(1_000 + EXPIRED_RETENTION_MS + 1);
  expect(dump.documents.map(({ anchor, json }) => [anchor, json])).toEqual([['kept', '2']]);
  expect(dump.operations.length).toBeLessThanOrEqual(64);
  const { root, tables } = openTables(path);
  expect([...tables.expiries.getKeys()]).toEqual([]);
  await root.close();
});

test('removes counters from the disk an hour after their window, and not while it lasts', async () => {
  const hour = 3_600_000;
  const ended = (Math.floor(NOW / hour) + 1) * hour;
  const store = await openEmbeddedStore({ path });
  for (let n = 0; n < 100; n++) await store.increment(`ended-${n}`, hour, 1, NOW);
  await store.increment('lasts', 24 * hour, 1, NOW);
  await store.close();
  const left = [];
  for (const now of [ended + EXPIRED_RETENTION_MS, ended + EXPIRED_RETENTION_MS + 1]) {
    const later = await openEmbeddedStore({ path });
    for (let n = 0; n < 32; n++) await later.commit(changeOf('later', { now }));
    await later.close();
    const { root, tables } = openTables(path);
    left.push([...tables.counters.getKeys()].length);
    await root.close();
  }
  expect(left).toEqual([101, 1]);
});

test('has no operations to remove that are never repeated', async () => {
  const store = await openEmbeddedStore({ path });
  const key = keyOf('a');
  expect(await store.commit(changeOf('a', { once: true, put: [{ key, value: 1 }] }))).toBe('committed');
  await store.close();
  expect(await dumpEmbeddedStore(path)).toMatchObject({ commits: 1, operations: [], documents: [{ json: '1' }] });
});

test('retains documents that have just expired and operations that may be repeated', async () => {
  const dump = await fillAndContinue(OPERATION_RETENTION_MS - 1);
  expect(dump.documents).toHaveLength(101);
  expect(dump.operations).toHaveLength(166);
  expect(OPERATION_RETENTION_MS).toBeGreaterThanOrEqual(10 * 60_000);
});
