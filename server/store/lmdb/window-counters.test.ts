import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTables } from './tables.ts';
import { WindowCounters } from './window-counters.ts';

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const NOW = DAY * 20_000;
/** More than the maximum. */
const FLOOD = 250_000;

function flood(counters: WindowCounters, windowMs: number): void {
  for (let at = 0; at < FLOOD; at++) counters.increment(`password-reset/for/${at}`, windowMs, 3, NOW);
}

// The attack floods the counters with new names and addresses, so that the counter that limits SMS to a user is
// evicted.
test('SR-48: a flood of new keys evicts no counter of another window length', () => {
  const counters = new WindowCounters();
  for (let at = 0; at < 2; at++) counters.increment('codes/to-in-a-day/a phone', DAY, 1, NOW);
  counters.increment('unlock/for/somebody', DAY, 1, NOW);
  flood(counters, MINUTE);
  flood(counters, HOUR);
  expect(counters.increment('codes/to-in-a-day/a phone', DAY, 1, NOW)).toMatchObject({ count: 3, allowed: false });
  expect(counters.increment('unlock/for/somebody', DAY, 1, NOW)).toMatchObject({ count: 2, allowed: false });
});

test('SR-48: a flood of new keys evicts no counter of the same length that was raised twice', () => {
  const counters = new WindowCounters();
  for (let at = 0; at < 3; at++) counters.increment('codes/all', HOUR, 3, NOW);
  flood(counters, HOUR);
  expect(counters.increment('codes/all', HOUR, 3, NOW)).toMatchObject({ count: 4, allowed: false });
});

test('SR-20: a flood of counters uses bounded memory', () => {
  const counters = new WindowCounters();
  flood(counters, HOUR);
  flood(counters, HOUR);
  expect(counters.size).toBeLessThanOrEqual(100_000);
  flood(counters, MINUTE);
  expect(counters.size).toBeLessThanOrEqual(200_000);
});

// The attack fills the disk with counters of new names.
test('SR-65: a flood of counters is bounded on disk as in memory, and an evicted one leaves both', async () => {
  const path = await mkdtemp(join(tmpdir(), 'countersign-counters-'));
  const { root, tables } = openTables(path);
  const counters = new WindowCounters();
  const saveAll = () => {
    while (counters.hasUnsaved) counters.settle(root.transactionSync(() => counters.save(tables.counters)));
  };
  for (let at = 0; at < 2; at++) counters.increment('codes/all', HOUR, 1, NOW);
  for (let at = 0; at < 99_990; at++) counters.increment(`before/${at}`, HOUR, 3, NOW);
  saveAll();
  flood(counters, HOUR);
  flood(counters, MINUTE);
  saveAll();
  const loaded = new WindowCounters();
  loaded.load(tables.counters);
  expect(loaded.size).toBeLessThanOrEqual(100_000);
  expect(loaded.size).toBeGreaterThan(1);
  expect([...tables.counters.getKeys()]).toHaveLength(loaded.size);
  expect(loaded.increment('codes/all', HOUR, 1, NOW)).toMatchObject({ count: 3, allowed: false });
  await root.close();
  await rm(path, { recursive: true, force: true });
});

test('one transaction writes a bounded number of counters', async () => {
  const counters = new WindowCounters();
  for (let at = 0; at < 5000; at++) counters.increment(`key/${at}`, HOUR, 3, NOW);
  let written = 0;
  const table = { put: async () => ++written > 0, remove: async () => true, getBinaryFast: () => undefined };
  counters.settle(counters.save({ ...table, getRange: () => [] as never, getKeys: () => [] as never }));
  expect(written).toBe(1024);
});
