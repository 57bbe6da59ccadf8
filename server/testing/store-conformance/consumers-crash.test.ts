import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { archiveSegments } from '../../events/archive-segments.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { createArchiveFolder } from '../../platform/archive-folder/archive-folder.ts';
import { openEmbeddedStore } from '../../store/lmdb/open-embedded-store.ts';
import { countSignIns, sealEvents } from '../consuming.ts';
import { streamPortsOver } from '../event-stream.ts';
import { randomSequence } from '../random-sequence.ts';
import { everythingIn, expectCounted, expectSealedOnce } from './consumer-expectations.ts';
import { buildModule, killAndWait, runModule } from './run-module.ts';

let built: string;
let writer: string;
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), 'countersign-sealing-writer-'));
  writer = await buildModule('sealing-writer.ts', built);
});
afterAll(() => rm(built, { recursive: true, force: true }));

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'countersign-consumers-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

const KILLS = 12;
/** Rounds that a process may continue while it is being killed. */
const ROUNDS_MORE = 200;

test(`SR-34: a kill loses and repeats no event: ${KILLS} servers killed while they seal, archive and count`, async () => {
  const random = randomSequence(34);
  for (let kill = 1; kill <= KILLS; kill++) {
    await killAfter(1 + Math.floor(random() * 60), `writer-${kill}`);
  }
  const store = await openEmbeddedStore({ path: join(path, 'store') });
  const archive = createArchiveFolder(join(path, 'archive'));
  const ports = await streamPortsOver(store, 'reader', archive);
  const sealedBefore = await ports.store.range('consumer/audit/accounts', { limit: 10 });
  expect(sealedBefore).toHaveLength(3);
  await sealEvents(ports);
  await countSignIns(ports, { keptDays: 400 });
  const appended = (await everythingIn(ports)).map(({ event }) => event);
  await expectSealedOnce(ports, appended);
  await expectCounted(ports, appended);
  ports.clock.advance(9999 * DAY_MS);
  expect(await archiveSegments(ports, archive)).toBeGreaterThan(0);
  await expectSealedOnce(ports, appended);
  await store.close();
});

/** Lets a process run until it has appended so often, and kills it wherever its sealing and counting are then. */
async function killAfter(rounds: number, seed: string): Promise<void> {
  const child = runModule(writer, [path, seed, String(rounds + ROUNDS_MORE)]);
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  let seen = 0;
  for await (const _ of createInterface({ input: child.stdout })) {
    seen += 1;
    if (seen === rounds) child.kill('SIGKILL');
  }
  await killAndWait(child);
  if (seen < rounds) throw new Error(`The writer ended by itself: ${log}`);
}
