import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { randomSequence } from '../random-sequence.ts';
import { NOW } from './changes.ts';
import { buildModule, killAndWait, runModule } from './run-module.ts';
import { Auditor } from './workload.ts';

let built: string;
let writer: string;
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), 'countersign-crash-writer-'));
  writer = await buildModule('crash-writer.ts', built);
});
afterAll(() => rm(built, { recursive: true, force: true }));

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'countersign-crash-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

const KILLS = 100;

// SR-6, SR-53
test(`a kill of ${KILLS} writing servers loses no acknowledged write and leaves no partial change`, async () => {
  const random = randomSequence(53);
  const acknowledged = new Map<string, number>();
  const auditor = new Auditor(1);
  for (let kill = 1; kill <= KILLS; kill++) {
    await killAfter(1 + Math.floor(random() * 120), acknowledged);
    const store = await openEmbeddedStore({ path });
    const faults = await auditor.faults(store, { acknowledged });
    await store.close();
    expect(faults, `after kill ${kill}`).toEqual([]);
  }
  expect(acknowledged.size).toBe(4);
}, 600_000);

// SR-48. The attack crashes the service repeatedly to get more codes than a day allows.
test('SR-48: a crash does not reset a count that a commit came after', async () => {
  const random = randomSequence(48);
  const folder = await mkdtemp(join(tmpdir(), 'countersign-counting-writer-'));
  const module = await buildModule('counting-writer.ts', folder);
  let printed = 0;
  for (let kill = 1; kill <= 10; kill++) {
    const child = runModule(module, [path]);
    const lines = 1 + Math.floor(random() * 60);
    let seen = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      printed = Number(line);
      seen += 1;
      if (seen === lines) child.kill('SIGKILL');
    }
    await killAndWait(child);
    expect(seen).toBeGreaterThanOrEqual(lines);
    const store = await openEmbeddedStore({ path });
    expect((await store.increment('codes', 86_400_000, 1, NOW)).count, `after kill ${kill}`).toBeGreaterThan(printed);
    await store.close();
  }
  await rm(folder, { recursive: true, force: true });
}, 120_000);

/** Lets a process write until it has acknowledged so many writes, kills it, and records the acknowledged ones. */
async function killAfter(writes: number, acknowledged: Map<string, number>): Promise<void> {
  const child = runModule(writer, [path, '4']);
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const match = /^(writer-\d+) (\d+)$/.exec(line);
    if (!match) throw new Error(`The writer printed: ${line}`);
    acknowledged.set(match[1] ?? '', Number(match[2]));
    seen += 1;
    if (seen === writes) child.kill('SIGKILL');
  }
  await killAndWait(child);
  if (seen < writes) throw new Error(`The writer ended by itself: ${log}`);
}
