import { PassThrough } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { expect } from 'vitest';
import { BackupAssembly } from '../../cli/transfer/assemble-backup.ts';
import { parseState, type UnprovenState, writeState } from '../../cli/transfer/backup-state.ts';
import { archiveSegments } from '../events/archive-segments.ts';
import { dropConsumedEvents } from '../events/consumed-events.ts';
import { dropOldSegments } from '../events/drop-old-segments.ts';
import type { AuditArchive } from '../kernel/ports/audit-archive.ts';
import { DAY_MS, HOUR_MS } from '../kernel/time.ts';
import { backUpChanges, readBackupPoint } from '../operations/backup/back-up-changes.ts';
import type { BackupRecord } from '../operations/backup/backup-records.ts';
import { backupText } from '../operations/backup/backup-text.ts';
import { mergeBackups } from '../operations/backup/merge-backups.ts';
import { type RestoreCounts, restoreBackup } from '../operations/backup/restore-backup.ts';
import type { ErasurePorts } from '../operations/personal-data/erase-user.ts';
import { idempotencyMarkDocument } from '../store/records/documents.ts';
import { transact } from '../store/transact.ts';
import { deleteUser } from '../user-management/delete-user.ts';
import { createUser, operatorContext, updateUser } from './as-operator.ts';
import { consumeAll } from './consuming.ts';
import { append, sampleEvent } from './event-stream.ts';
import { addToken, birth, type Fixture, PASSWORD, unwrap } from './fixtures.ts';
import { backupOf, backupReader, linesReader } from './restore-fixture.ts';
import { type TestPorts, testSecrets } from './test-ports.ts';

/** A full backup or an increment, with the state for the next one. */
export interface TakenBackup {
  name: string;
  lines: string[];
  state: UnprovenState;
}

/** Backs up as the command does. */
export async function takeBackup(ports: ErasurePorts, name: string, earlier?: TakenBackup): Promise<TakenBackup> {
  const point = earlier && (await readBackupPoint(ports, earlier.state.head.point));
  if (earlier && !point) throw new Error('the store does not know the earlier backup');
  const explain = (error: unknown) => ({ code: 'UNAVAILABLE', title: String(error) });
  const assembly = new BackupAssembly(earlier?.state);
  const whole = new PassThrough();
  const [written] = await Promise.all([
    text(whole),
    pipeline(backupText(backUpChanges(ports, point), explain), assembly, whole),
  ]);
  const state = new PassThrough();
  const [content] = await Promise.all([buffer(state), writeState(state, assembly.state, assembly.salt)]);
  return { name, lines: written.split('\n').slice(0, -1), state: parseState(`${name}.state`, content) };
}

/** The backups as one, as a restore reads them. */
export async function mergedReader(
  backups: readonly Pick<TakenBackup, 'name' | 'lines'>[],
): Promise<() => AsyncGenerator<BackupRecord>> {
  const files = backups.map(({ name, lines }) => ({ name, open: linesReader(lines) }));
  return mergeBackups(files, { secrets: testSecrets() });
}

export async function restoreAll(
  over: Parameters<typeof restoreBackup>[0],
  backups: readonly Pick<TakenBackup, 'name' | 'lines'>[],
): Promise<RestoreCounts> {
  return restoreBackup(over, await mergedReader(backups));
}

/** Everything in a backup but its first line, in an order of its own. */
export async function contentOf(records: AsyncIterable<BackupRecord>): Promise<string[]> {
  const found = new Map<string, BackupRecord>();
  for await (const record of records) {
    if ('backup' in record || 'end' in record) continue;
    // The last of several counts, as a restore writes them one over the other.
    if ('d' in record) found.set(JSON.stringify(record.d), record);
    else if ('a' in record) found.set(`${record.a.account} ${record.a.first}`, record);
    else if ('last' in record) found.set(`last of ${record.s}`, record);
    else found.set(JSON.stringify(record), record);
  }
  return [...found].map(([key, record]) => `${key} ${JSON.stringify(record)}`).sort();
}

/** Whatever happens in a service: each is done to the same store again and again. */
export function changesOf(
  ports: TestPorts,
  { account, user }: Fixture,
  archive: AuditArchive,
): readonly ((step: number) => Promise<unknown>)[] {
  const create = async (login: string) =>
    unwrap(await createUser(ports, birth(ports, 'usr'), account, { login, password: PASSWORD })).user.id;
  const happen = (step: number) => append(ports, account, [{ ...sampleEvent(step), account, at: ports.clock.now() }]);
  return [
    (step) => create(`user-${step}`),
    async (step) => deleteUser(ports, operatorContext(account), await create(`leaver-${step}`)),
    (step) => updateUser(ports, account, user.id, { firstName: `Alice ${step}` }),
    () => addToken(ports, account, { owner: user.id }),
    happen,
    () => consumeAll(ports),
    () => archiveSegments(ports, archive),
    async (step) => {
      await happen(step);
      await consumeAll(ports);
      ports.clock.advance(DAY_MS);
      await archiveSegments(ports, archive);
    },
    () => dropConsumedEvents(ports),
    () => dropOldSegments(ports, { keptMs: 2 * DAY_MS, mostEvents: 1000 }),
    async () => ports.clock.advance(7 * HOUR_MS),
    async () => ports.clock.advance(DAY_MS),
    // Expires before, between or after the backups.
    (step) => {
      const key = idempotencyMarkDocument.key(`made-${step % 5}`);
      return transact(ports, key.anchor, [key], (_, now) => ({
        answer: undefined,
        write: { put: [{ key, value: { key: `${step}` }, expiresAt: now + (step % 3) * 5 * HOUR_MS + 1 }] },
      }));
    },
  ];
}

/** A store that knows versions and no changes. */
export function withoutNotes(ports: TestPorts): TestPorts {
  const { store } = ports.replica();
  store.readChanges = async () => undefined;
  return { ...ports, store };
}

/** An increment whose command is killed. */
export async function breakOff(ports: ErasurePorts, earlier: TakenBackup | undefined): Promise<void> {
  const point = earlier && (await readBackupPoint(ports, earlier.state.head.point));
  let pages = 0;
  for await (const _ of backUpChanges(ports, point)) if (++pages === 2) break;
}

/** The backups make the same store as a full one that is made now. */
export async function expectSame(
  ports: TestPorts,
  backups: readonly TakenBackup[],
  emptyTarget: () => Promise<TestPorts>,
): Promise<void> {
  const full = await backupOf(ports);
  expect(await contentOf((await mergedReader(backups))())).toEqual(await contentOf(backupReader(full)()));
  const [one, other] = [await emptyTarget(), await emptyTarget()];
  await restoreBackup(one, backupReader(full));
  await restoreAll(other, backups);
  const restored = async (over: TestPorts) => contentOf(backupReader(await backupOf(over))());
  expect(await restored(other)).toEqual(await restored(one));
}

export async function expectSameAfterAnything(
  ports: TestPorts,
  changes: ReturnType<typeof changesOf>,
  emptyTarget: () => Promise<TestPorts>,
  numRuns: number,
): Promise<void> {
  const rounds = fc.array(
    fc.record({
      steps: fc.array(fc.nat({ max: changes.length - 1 }), { maxLength: 8 }),
      isBrokenOff: fc.boolean(),
      later: fc.array(fc.nat({ max: changes.length - 1 }), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 4 },
  );
  let step = 0;
  await fc.assert(
    fc.asyncProperty(rounds, async (given) => {
      const backups = [await takeBackup(ports, 'full')];
      for (const { steps, isBrokenOff, later } of given) {
        for (const change of steps) await changes[change]?.(step++);
        if (isBrokenOff) await breakOff(ports, backups.at(-1));
        for (const change of later) await changes[change]?.(step++);
        backups.push(await takeBackup(ports, `increment ${backups.length}`, backups.at(-1)));
      }
      await expectSame(ports, backups, emptyTarget);
    }),
    { numRuns },
  );
}
