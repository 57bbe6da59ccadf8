import { readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { archiveSegments } from '../../events/archive-segments.ts';
import { dropOldSegments } from '../../events/drop-old-segments.ts';
import { listEvents } from '../../events/list-events.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { verifyAuditExport } from '../../platform/jose/audit-statements.ts';
import { operatorContext } from '../../testing/as-operator.ts';
import { sealEvents } from '../../testing/consuming.ts';
import { append, eventsIn, linesOfExport, sampleEvent } from '../../testing/event-stream.ts';
import { unwrap } from '../../testing/fixtures.ts';
import { backupOf, backupReader, overStore } from '../../testing/restore-fixture.ts';
import { accountId } from '../../testing/samples.ts';
import { openTemporaryArchive, type TemporaryArchive } from '../../testing/temporary-archive.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { checkArchive } from '../maintenance/check-archive.ts';
import { BackupInvalid } from './backup-records.ts';
import { restoreBackup } from './restore-backup.ts';

const ACCOUNT = accountId(1);
const { actor } = operatorContext(ACCOUNT);
let archive: TemporaryArchive;
let ports: TestPorts;
let made = 0;
const removals: (() => Promise<void>)[] = [];

beforeEach(async () => {
  archive = await openTemporaryArchive();
  ports = { ...(await openTestPorts('archived')), archive };
  made = 0;
  removals.push(ports.close, archive.delete);
  for (let day = 0; day < 3; day++) await happen(4);
});
afterEach(async () => {
  for (const remove of removals.splice(0)) await remove();
});

/** Events of the account in as many segments, and a day. */
async function happen(count: number, over = ports): Promise<void> {
  for (let at = 0; at < count; at++) {
    await append(over, 'thing', [{ ...sampleEvent(made), account: ACCOUNT, at: over.clock.now() + at }]);
    made += 1;
    await sealEvents(over);
  }
  over.clock.advance(DAY_MS);
}

async function restored(lines: readonly string[], to: TemporaryArchive | 'none' = archive): Promise<TestPorts> {
  const { store, remove } = await openTemporaryStore();
  removals.push(remove);
  const over = { ...overStore(ports, store), archive: to === 'none' ? undefined : to };
  await restoreBackup(over, backupReader(lines));
  return over;
}

async function expectWhole(over: TestPorts, events: number): Promise<void> {
  const lines = await linesOfExport(over, ACCOUNT);
  const report = await verifyAuditExport(lines, ports.signer.publicKeys(), { account: ACCOUNT });
  expect(report).toMatchObject({ ok: true, findings: [], events });
  const { items } = unwrap(await listEvents(over, actor, {}, { limit: 200 }));
  expect(items.map(({ id }) => id).sort()).toEqual(
    eventsIn(lines)
      .map(({ id }) => id)
      .sort(),
  );
}

test('SR-62: a backup holds the archive, and a restore writes it to an empty one', async () => {
  await archiveSegments(ports, archive);
  await happen(2);
  const lines = await backupOf(ports);
  const elsewhere = await openTemporaryArchive();
  removals.push(elsewhere.delete);
  const over = await restored(lines, elsewhere);
  await expectWhole(over, 14);
  await archiveSegments(over, elsewhere);
  await expectWhole(over, 14);
  expect(await readdir(join(elsewhere.root, ACCOUNT))).toHaveLength(4);
});

test('SR-62: what moves while a backup runs is in it once, and what happens later is not', async () => {
  for (const late of [0, 3]) {
    for (const [name, before] of [
      ['scan', (over: TestPorts, work: () => Promise<void>) => beforeScan(over, work)],
      ['last', (over: TestPorts, work: () => Promise<void>) => beforeEvents(over, work)],
    ] as const) {
      const moving = before(ports, async () => {
        // Later segments of the same day go into the same file as earlier ones.
        ports.clock.advance(-DAY_MS);
        await happen(late);
        await archiveSegments(ports.replica(), archive);
      });
      const expected = made;
      const lines = await backupOf(moving);
      const over = await restored(lines);
      await expectWhole(over, expected);
      await archiveSegments(over, archive);
      await expectWhole(over, expected);
      expect([name, made]).toEqual([name, expected + late]);
      await expectWhole(ports, made);
    }
  }
});

// The attack is time: a backup of a large store takes long, and each hour retention removes what is expired. A restored
// chain that begins with what is in no backup can never be exported, and its retention waits for it for ever.
test.each([
  ['in the archive, before the walk of the segments', 'scan', true],
  ['in the archive, before its files are read', 'last', true],
  ['in the store, before the walk of the segments', 'scan', false],
] as const)(
  'SR-62: what expires %s, while a backup runs, is missed by nothing after the restore',
  async (_, at, moves) => {
    if (moves) await archiveSegments(ports, archive);
    const keptMs = 2.5 * DAY_MS;
    const drop = async () =>
      void (await dropOldSegments({ ...ports.replica(), archive }, { keptMs, mostEvents: 1000 }));
    const lines = await backupOf(at === 'scan' ? beforeScan(ports, drop) : beforeEvents(ports, drop));
    await expectWhole(ports, 8);
    const over = await restored(lines);
    await expectWhole(over, 8);
    await happen(1, over);
    await archiveSegments(over, archive);
    await expectWhole(over, 9);
    // Of the nine the oldest are too many.
    await dropOldSegments(over, { keptMs: 100 * DAY_MS, mostEvents: 5 });
    await expectWhole(over, 5);
  },
);

test('SR-62: after a restore the chain continues beside the files of the lost time, which stay as they are', async () => {
  const lines = await backupOf(ports);
  await happen(3);
  await archiveSegments(ports, archive);
  const before = await readdir(join(archive.root, ACCOUNT));
  const over = await restored(lines);
  await happen(5, over);
  await archiveSegments(over, archive);
  await expectWhole(over, 17);
  const after = await readdir(join(archive.root, ACCOUNT));
  expect(after).toHaveLength(before.length + 1);
  expect(after).toEqual(expect.arrayContaining(before));
  await expectWhole(ports, 15);
});

test('SR-62: a file that is lost does not stop a backup, and is reported lost after the restore too', async () => {
  await archiveSegments(ports, archive);
  const [first = ''] = (await readdir(join(archive.root, ACCOUNT))).sort();
  await unlink(join(archive.root, ACCOUNT, first));
  const over = await restored(await backupOf(ports));
  for (const one of [ports, over]) {
    const found = [];
    for await (const damage of checkArchive(one, [ACCOUNT])) found.push(damage);
    expect(found).toEqual([{ account: ACCOUNT, kind: 'damaged-archive-file', id: `${ACCOUNT}/${first}` }]);
    const report = await verifyAuditExport(await linesOfExport(one, ACCOUNT), ports.signer.publicKeys());
    expect(report.findings.map(({ kind }) => kind)).toEqual(['missing']);
  }
});

test('SR-62: a restore puts back what was altered in the archive, and nothing that the backup did not hold intact', async () => {
  await archiveSegments(ports, archive);
  const lines = await backupOf(ports);
  const names = (await readdir(join(archive.root, ACCOUNT))).sort();
  const path = join(archive.root, ACCOUNT, names[0] ?? '');
  const original = await readFile(path);
  await writeFile(path, 'altered');
  const altered = await backupOf(ports);
  await expectWhole(await restored(lines), 12);
  expect(await readFile(path)).toEqual(original);
  await writeFile(path, 'altered again');
  await restored(altered);
  expect(await readFile(path, 'utf8')).toBe('altered again');
});

test('SR-62: a restore without an archive to write to writes nothing, and an archive that is down stops a backup', async () => {
  await archiveSegments(ports, archive);
  const lines = await backupOf(ports);
  await expect(restored(lines, 'none')).rejects.toBeInstanceOf(BackupInvalid);
  archive.isDown = true;
  await expect(backupOf(ports)).rejects.toThrow('does not respond');
});

function beforeScan(over: TestPorts, work: () => Promise<void>): TestPorts {
  let scans = 0;
  const scan: TestPorts['store']['scan'] = async (...asked) => {
    scans += 1;
    // The second walk is that of the segments.
    if (scans === 2) await work();
    return over.store.scan(...asked);
  };
  return intercepted(over, { scan });
}

function beforeEvents(over: TestPorts, work: () => Promise<void>): TestPorts {
  let isDone = false;
  const range: TestPorts['store']['range'] = async (...asked) => {
    if (!isDone) {
      isDone = true;
      await work();
    }
    return over.store.range(...asked);
  };
  return intercepted(over, { range });
}

function intercepted(over: TestPorts, changes: Partial<TestPorts['store']>): TestPorts {
  const store = new Proxy(over.store, {
    get: (target, name) => {
      const changed = changes[name as keyof typeof changes];
      if (changed) return changed;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { ...over, store };
}
