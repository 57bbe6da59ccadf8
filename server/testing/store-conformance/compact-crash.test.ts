import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { dumpEmbeddedStore } from '../dump-store.ts';
import { changeOf, keyOf } from './changes.ts';
import { buildModule, killAndWait, runModule } from './run-module.ts';

let path: string;
let built: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'countersign-compact-crash-'));
  built = await mkdtemp(join(tmpdir(), 'countersign-opener-'));
});
afterEach(async () => {
  for (const folder of [path, built]) await rm(folder, { recursive: true, force: true });
});

const KILLS = 8;

// The attack: a server is killed again and again while it compacts its file, so that a used code comes back.
test(`SR-6, SR-53: ${KILLS} kills while a start compacts lose nothing`, async () => {
  await leaveFreePages();
  const before = await dumpEmbeddedStore(path);
  const size = statSync(join(path, 'data.mdb')).size;
  const opener = await buildModule('opener.ts', built);
  let interrupted = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = runModule(opener, [path]);
    const copy = join(path, 'compacting', 'data.mdb');
    while (!existsSync(copy) && child.exitCode === null) await nextTurn();
    // Later in each round: in the copying, the flush, the renaming.
    for (let turn = 0; turn < kill * 40 && existsSync(copy); turn++) await nextTurn();
    await killAndWait(child);
    interrupted += existsSync(copy) ? 1 : 0;
    expect(await dumpEmbeddedStore(path), `after kill ${kill}`).toEqual(before);
    if (statSync(join(path, 'data.mdb')).size < size) break;
  }
  expect(interrupted).toBeGreaterThan(0);
  const last = runModule(opener, [path]);
  await once(last.stdout, 'data');
  await killAndWait(last);
  expect(existsSync(join(path, 'compacting'))).toBe(false);
  expect(statSync(join(path, 'data.mdb')).size).toBeLessThan(size / 2);
  expect(await dumpEmbeddedStore(path)).toEqual(before);
});

/** 120 MB, of which a third is used. */
async function leaveFreePages(): Promise<void> {
  const store = await openEmbeddedStore({ path });
  const value = 'x'.repeat(100_000);
  const keys = Array.from({ length: 1200 }, (_, n) => keyOf<string>(`a${n}`));
  await Promise.all(keys.map((key, n) => store.commit(changeOf(`a${n}`, { put: [{ key, value }], append: [{ n }] }))));
  await Promise.all(keys.slice(400).map((key) => store.commit(changeOf(key.anchor, { delete: [key] }))));
  await store.close();
}
