import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { dumpEmbeddedStore } from '../../testing/dump-store.ts';
import { changeOf, keyOf, NOW } from '../../testing/store-conformance/changes.ts';
import { compactFile } from './compact-file.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';
import * as tables from './tables.ts';

vi.mock('./tables.ts', { spy: true });

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'countersign-compact-'));
});
afterEach(() => {
  warn.mockReset();
  return rm(path, { recursive: true, force: true });
});

const DAY = 86_400_000;
const warn = vi.fn();
const sizeOf = () => statSync(join(path, 'data.mdb')).size;

/** 400 documents of 100 kB, of which all but `kept` are deleted again. */
async function leaveFreePages(kept: number): Promise<void> {
  const store = await openEmbeddedStore({ path });
  const keys = Array.from({ length: 400 }, (_, n) => keyOf<string>(`a${n}`));
  const value = 'x'.repeat(100_000);
  await Promise.all(
    keys.map((key, n) =>
      store.commit(
        changeOf(`a${n}`, {
          operation: `write-${n}`,
          put: [{ key, value, ...(n % 2 && { expiresAt: NOW + DAY }) }],
          index: [{ index: 'all', add: { sort: String(n), id: 'x' } }],
          append: [{ n }],
        }),
      ),
    ),
  );
  await Promise.all(keys.slice(kept).map((key, n) => store.commit(changeOf(`a${n + kept}`, { delete: [key] }))));
  await store.increment('codes/all', DAY, 3, NOW);
  await store.close();
}

// The attacks: a code, a limit or an operation of before works once more, because the copy forgot that it was used up.
test('SR-6, SR-48: a start gives free pages back and keeps everything else', async () => {
  await leaveFreePages(40);
  const [before, size] = [await dumpEmbeddedStore(path), sizeOf()];
  const store = await openEmbeddedStore({ path });
  expect(sizeOf()).toBeLessThan(size / 2);
  expect(await store.commit(changeOf('a0', { operation: 'write-0', delete: [keyOf('a0')] }))).toBe('committed');
  expect((await store.increment('codes/all', DAY, 1, NOW)).count).toBe(2);
  await store.close();
  expect(await dumpEmbeddedStore(path)).toEqual(before);
  expect(before.documents).toHaveLength(40);
  expect(existsSync(join(path, 'compacting'))).toBe(false);
});

test('a file that is used by half or more stays', async () => {
  await leaveFreePages(250);
  expect(await compactFile(path, 0, warn)).toBe(false);
  expect(warn).not.toHaveBeenCalled();
});

test('SR-66: a copy that would not leave enough free space is not made, and the operator learns how much is', async () => {
  await leaveFreePages(40);
  const size = sizeOf();
  expect(await compactFile(path, 2 ** 50, warn)).toBe(false);
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/ not compacted: make 10737418\d\d MiB free/));
  expect(sizeOf()).toBe(size);
  expect(await compactFile(path, 0, warn)).toBe(true);
  expect(warn).toHaveBeenCalledOnce();
});

test('SR-66: a service starts although the copy fails, as by a quota that the free space does not show', async () => {
  await leaveFreePages(40);
  const size = sizeOf();
  const { openTables } = await vi.importActual<typeof tables>('./tables.ts');
  vi.mocked(tables.openTables).mockImplementationOnce((folder) => {
    const opened = openTables(folder);
    opened.root.backup = () => Promise.reject(new Error('Disk quota exceeded'));
    return opened;
  });
  await (await openEmbeddedStore({ path, warn })).close();
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringContaining('not compacted: mend the cause, and start again'),
    new Error('Disk quota exceeded'),
  );
  expect(sizeOf()).toBe(size);
  expect(existsSync(join(path, 'compacting'))).toBe(false);
});

// The attack: a start is killed while it copies, and the half copy replaces the store.
test('SR-53: what a killed start had copied is thrown away', async () => {
  await leaveFreePages(250);
  const before = await dumpEmbeddedStore(path);
  mkdirSync(join(path, 'compacting'));
  writeFileSync(join(path, 'compacting', 'data.mdb'), 'half');
  await (await openEmbeddedStore({ path })).close();
  expect(existsSync(join(path, 'compacting'))).toBe(false);
  expect(await dumpEmbeddedStore(path)).toEqual(before);
});
