import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { changeOf, keyOf, NOW } from '../../testing/store-conformance/changes.ts';
import { uncaughtDuring } from '../../testing/uncaught-errors.ts';
import { waitUntil } from '../../testing/wait-until.ts';
import { EmbeddedStore } from './embedded-store.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';
import { openTables, type Tables } from './tables.ts';

const DAY = 86_400_000;

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'countersign-saved-counters-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(path, { recursive: true, force: true });
});

/** A store that reports each counter that it writes. */
function openWatched(onWrite: () => void, lowWaterBytes = 0): EmbeddedStore {
  const open = () => {
    const { root, tables } = openTables(path);
    const put: Tables['counters']['put'] = (...given: [Buffer, Buffer]) => {
      onWrite();
      return tables.counters.put(...given);
    };
    const counters: Tables['counters'] = {
      put,
      remove: (key: Buffer) => tables.counters.remove(key),
      getBinaryFast: (key) => tables.counters.getBinaryFast(key),
      getRange: (options) => tables.counters.getRange(options),
      getKeys: (options) => tables.counters.getKeys(options),
    };
    return { root, tables: { ...tables, counters } };
  };
  return new EmbeddedStore({
    path,
    eventCap: 100,
    lowWaterBytes,
    lock: { assertHeld: () => {}, release: () => {} },
    open,
  });
}

// The attack requests codes up to the day's limit, then kills the process before anything else is written.
test('SR-48: a restart does not reset limits: counters are saved within a second, without a commit, and each once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let written = 0;
  let bothWritten = () => {};
  const saving = new Promise<void>((resolve) => {
    bothWritten = resolve;
  });
  const store = openWatched(() => {
    written += 1;
    if (written === 2) bothWritten();
  });
  await store.start();
  for (let call = 0; call < 500; call++) await store.increment(`key-${call % 2}`, DAY, 3, NOW);
  await store.increment('of a minute', 60_000, 3, NOW);
  vi.advanceTimersByTime(999);
  expect(written).toBe(0);
  vi.advanceTimersByTime(1);
  await saving;
  expect(written).toBe(2);
  await store.close();
});

test('SR-48: a restart does not reset limits: a commit saves the counts before it', async () => {
  let written = 0;
  const store = openWatched(() => {
    written += 1;
  });
  await store.start();
  await store.increment('key', DAY, 3, NOW);
  await store.commit(changeOf('anchor', { put: [{ key: keyOf('anchor'), value: 1 }] }));
  expect(written).toBe(1);
  await store.commit(changeOf('anchor', { put: [{ key: keyOf('anchor'), value: 2 }] }));
  expect(written).toBe(1);
  await store.close();
});

test('SR-66: a full disk stops neither counting nor closing the store', async () => {
  const store = openWatched(() => {}, Number.MAX_SAFE_INTEGER);
  for (let call = 1; call <= 3; call++) expect((await store.increment('key', DAY, 3, NOW)).count).toBe(call);
  await store.close();
  const again = await openEmbeddedStore({ path });
  expect((await again.increment('key', DAY, 3, NOW)).count).toBe(1);
  await again.close();
});

// SR-56: no caller waits for what the timer saves.
test('SR-56: counters that cannot be saved end neither the store nor the process, and are saved later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let failures = 1;
  let written = 0;
  const store = openWatched(() => {
    if (failures > 0) {
      failures -= 1;
      throw new Error('planted');
    }
    written += 1;
  });
  await store.start();
  const uncaught = await uncaughtDuring(async () => {
    await store.increment('key', DAY, 3, NOW);
    vi.advanceTimersByTime(1000);
    await waitUntil('they were to be saved', () => failures === 0);
  });
  expect(uncaught).toEqual([]);
  expect(written).toBe(0);
  await store.close();
  expect(written).toBe(1);
});
