import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountDocument } from '../../accounts/documents.ts';
import { archiveSegments } from '../../events/archive-segments.ts';
import { dropConsumedEvents } from '../../events/consumed-events.ts';
import { auditChainDocument } from '../../events/documents.ts';
import type { UserId } from '../../kernel/ids.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { verifyAuditExport } from '../../platform/jose/audit-statements.ts';
import { SIGN_INS_OVER_MS } from '../../sign-in/flow.ts';
import { idempotencyMarkDocument } from '../../store/records/documents.ts';
import { transact } from '../../store/transact.ts';
import { authenticate, createUser, operatorContext, updateUser } from '../../testing/as-operator.ts';
import { consumeAll } from '../../testing/consuming.ts';
import { append, linesOfExport, sampleEvent } from '../../testing/event-stream.ts';
import { birth, createFixture, type Fixture, PASSWORD, read, unwrap } from '../../testing/fixtures.ts';
import {
  breakOff,
  changesOf,
  contentOf,
  expectSame,
  expectSameAfterAnything,
  mergedReader,
  restoreAll,
  takeBackup,
  withoutNotes,
} from '../../testing/increments-fixture.ts';
import { backupOf, backupReader, overStore } from '../../testing/restore-fixture.ts';
import { openTemporaryArchive, type TemporaryArchive } from '../../testing/temporary-archive.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { deleteUser } from '../../user-management/delete-user.ts';
import { userDocument } from '../../users/documents.ts';
import { BACKUP_POINT_TTL_MS } from '../maintenance/backup-point.ts';
import { eraseUser } from '../personal-data/erase-user.ts';
import { finishErasures } from '../personal-data/finish-erasures.ts';
import { readBackupPoint } from './back-up-changes.ts';
import { endUnusedNotes } from './end-unused-notes.ts';
import { recordBackup } from './record-backup.ts';

let archive: TemporaryArchive;
let ports: TestPorts;
let scene: Fixture;
const removals: (() => Promise<void>)[] = [];
beforeEach(async () => {
  archive = await openTemporaryArchive();
  ports = { ...(await openTestPorts('increments')), archive };
  removals.push(ports.close, archive.delete);
  scene = await createFixture(ports, { tokens: [{}], user: { email: 'alice@rabbit.example' } });
});
afterEach(async () => {
  for (const remove of removals.splice(0)) await remove();
});

async function emptyTarget(): Promise<TestPorts> {
  const { store, remove } = await openTemporaryStore();
  const files = await openTemporaryArchive();
  removals.push(remove, files.delete);
  return { ...overStore(ports, store), archive: files };
}
async function restored(backups: Parameters<typeof restoreAll>[1]): Promise<TestPorts> {
  const over = await emptyTarget();
  await restoreAll(over, backups);
  return over;
}
const context = () => operatorContext(scene.account);
const createNamed = async (login: string): Promise<UserId> =>
  unwrap(await createUser(ports, birth(ports, 'usr'), scene.account, { login, password: PASSWORD })).user.id;
const isThere = async (over: TestPorts, user: UserId) =>
  (await over.store.getMany([userDocument.key(user)], over.clock.now()))[0] !== undefined;
const signIn = (over: TestPorts, otp: string) =>
  authenticate(over, { account: scene.account, resource: scene.resource.id, method: 'otp', user: 'alice', otp });

// SR-62
describe('a full backup and its increments', () => {
  test.each([
    ['', (taken: TestPorts) => taken],
    [', also if the store does not know what changed', withoutNotes],
  ])('are, after any changes, what a full backup holds that is made instead of the last one%s', async (_, over) => {
    const happened = changesOf(ports, scene, archive);
    await expectSameAfterAnything(over(ports), happened, emptyTarget, 8);
  });

  // The attack on time: an increment each hour reads a million users.
  test('read only what changed', async () => {
    for (let n = 0; n < 20; n++) await createNamed(`user-${n}`);
    const backups = [await takeBackup(ports, 'full')];
    const counted = { ...ports, store: ports.replica().store };
    counted.store.scan = () => Promise.reject(new Error('the whole store is read'));
    for (const name of ['one', 'two', 'three']) {
      await createNamed(name);
      await deleteUser(ports, context(), await createNamed(`leaver-${name}`));
      backups.push(await takeBackup(counted, name, backups.at(-1)));
    }
    await expectSame(ports, backups, emptyTarget);
  });

  test('follow a backup that was broken off, by what changed since the one before', async () => {
    const backups = [await takeBackup(ports, 'full')];
    for (let round = 0; round < 3; round++) {
      await createNamed(`before-${round}`);
      await breakOff(ports, backups.at(-1));
      await createNamed(`after-${round}`);
      backups.push(await takeBackup(ports, `increment ${round}`, backups.at(-1)));
    }
    await expectSame(ports, backups, emptyTarget);
  });

  test('of two series each hold what changed since their own', async () => {
    const [hourly, daily] = [[await takeBackup(ports, 'full')], [await takeBackup(ports, 'other full')]];
    for (let round = 0; round < 3; round++) {
      await createNamed(`hourly-${round}`);
      hourly.push(await takeBackup(ports, `hour ${round}`, hourly.at(-1)));
    }
    await createNamed('last');
    daily.push(await takeBackup(ports, 'day', daily.at(-1)));
    await expectSame(ports, daily, emptyTarget);
    hourly.push(await takeBackup(ports, 'last hour', hourly.at(-1)));
    await expectSame(ports, hourly, emptyTarget);
  });

  test('hold no document that expired since, although nothing noted that', async () => {
    const key = idempotencyMarkDocument.key('made');
    await transact(ports, key.anchor, [key], (_, now) => ({
      answer: undefined,
      write: { put: [{ key, value: { key: 'one' }, expiresAt: now + DAY_MS }] },
    }));
    const backups = [await takeBackup(ports, 'full')];
    ports.clock.advance(DAY_MS);
    backups.push(await takeBackup(ports, 'increment', backups.at(-1)));
    await expectSame(ports, backups, emptyTarget);
  });

  // The attack: the address of a person who was erased is still in the notes, because no backup is made any more.
  test('leave no names in the store once none can follow', async () => {
    const full = await takeBackup(ports, 'full');
    const [version = 0] = (await readBackupPoint(ports, full.state.head.point))?.versions ?? [];
    const named = async () => JSON.stringify(await ports.store.readChanges(0, version));
    await deleteUser(ports, context(), await createNamed('erased@users.example'));
    await endUnusedNotes(ports);
    expect(await named()).toContain('erased@users.example');
    ports.clock.advance(BACKUP_POINT_TTL_MS);
    // Backups without a state need no notes.
    await recordBackup(ports, { lines: 1, isIncrement: false });
    await endUnusedNotes(ports);
    expect(await named()).toBeUndefined();
  });

  test('leave no names from before a full backup, also if none but full ones are made', async () => {
    const full = await takeBackup(ports, 'full');
    const [version = 0] = (await readBackupPoint(ports, full.state.head.point))?.versions ?? [];
    await deleteUser(ports, context(), await createNamed('erased@users.example'));
    await takeBackup(ports, 'another full one');
    expect(await ports.store.readChanges(0, version)).toBeUndefined();
  });

  test('are that again after the next increment, whatever happens while one is made', async () => {
    const CHANGES = changesOf(ports, scene, archive);
    for (let day = 0; day < 3; day++) {
      for (let n = 0; n < 3; n++) await CHANGES[4]?.(n);
      await consumeAll(ports);
      ports.clock.advance(DAY_MS);
    }
    const backups = [await takeBackup(ports, 'full')];
    let step = 1000;
    for (const [at, change] of CHANGES.entries()) {
      const racing = { ...ports, store: ports.replica().store };
      for (const read of ['scan', 'readEvents'] as const) {
        const inner = racing.store[read].bind(racing.store) as (...asked: unknown[]) => Promise<never>;
        racing.store[read] = async (...asked: unknown[]) => {
          const found = await inner(...asked);
          await change(step++);
          return found;
        };
      }
      backups.push(await takeBackup(racing, `racing ${at}`, backups.at(-1)));
      const over = await restored(backups);
      const report = await verifyAuditExport(await linesOfExport(over, scene.account), ports.signer.publicKeys(), {
        account: scene.account,
      });
      expect([at, report.ok, report.findings]).toEqual([at, true, []]);
    }
    backups.push(await takeBackup(ports, 'quiet', backups.at(-1)));
    const merged = await contentOf((await mergedReader(backups))());
    expect(merged).toEqual(await contentOf(backupReader(await backupOf(ports))()));
  });

  test('hold archive files of any of them, in the order of the log after a restore', async () => {
    const backups = [await takeBackup(ports, 'empty')];
    for (const name of ['first day', 'second day', 'third day']) {
      for (let n = 0; n < 3; n++) await append(ports, 'x', [{ ...sampleEvent(n), account: scene.account }]);
      await consumeAll(ports);
      ports.clock.advance(DAY_MS);
      await archiveSegments(ports, archive);
      backups.push(await takeBackup(ports, name, backups.at(-1)));
    }
    const over = await restored(backups);
    const mark = async (of: TestPorts) => (await read(of, auditChainDocument.key(scene.account))).archive;
    const { last, records } = (await mark(ports)) ?? {};
    expect(await mark(over)).toMatchObject({ last, records });
    // All but the last, which is signed again.
    const lines = async (of: TestPorts) => (await linesOfExport(of, scene.account)).slice(0, -1);
    expect(await lines(over)).toEqual(await lines(ports));
  });

  // SR-34. The attack: the log stays silent after a restore, because numbers of events are given out twice.
  test('continue the numbers of events that were dropped since', async () => {
    const happen = async (over: TestPorts) => {
      await append(over, scene.account, [{ ...sampleEvent(0), account: scene.account }]);
      await consumeAll(over);
    };
    const racing = { ...ports, store: ports.replica().store };
    const scan = racing.store.scan.bind(racing.store);
    racing.store.scan = async (...asked) => {
      await happen(ports);
      return scan(...asked);
    };
    const full = await takeBackup(racing, 'full');
    await dropConsumedEvents(ports);
    const over = await restored([full, await takeBackup(ports, 'increment', full)]);
    const sealed = async () => (await linesOfExport(over, scene.account)).length;
    const before = await sealed();
    await happen(over);
    expect(await sealed()).toBeGreaterThan(before);
  });

  test('hold what changed, and not the rest', async () => {
    for (let n = 0; n < 100; n++) await createNamed(`user-${n}`);
    const full = await takeBackup(ports, 'full');
    const user = await createNamed('newcomer');
    const increment = await takeBackup(ports, 'increment', full);
    expect(increment.lines.join('\n')).toContain(user);
    expect(increment.lines.filter((line) => line.includes('user-7'))).toEqual([]);
    expect(increment.lines.length).toBeLessThan(full.lines.length / 10);
  });
});

describe('a restore with increments', () => {
  // SR-62. The attack: a code that was used between the full backup and the increment.
  test('refuses codes that were used before and after the increment', async () => {
    const [totp] = scene.tokens;
    if (!totp) throw new Error('no token');
    const full = await takeBackup(ports, 'full');
    const before = await totp.code();
    unwrap(await signIn(ports, before));
    const increment = await takeBackup(ports, 'increment', full);
    ports.clock.advance(30_000);
    const after = await totp.code();
    unwrap(await signIn(ports, after));
    const over = await restored([full, increment]);
    for (const otp of [before, after]) {
      expect(await signIn(over, otp)).toMatchObject({ refused: expect.stringMatching(/^OTP_|^INVALID/) });
    }
    ports.clock.advance(5 * 30_000);
    unwrap(await signIn(over, await totp.code()));
  });

  // SR-39, SR-62. The attack: someone who lost access since the full backup signs in after the restore.
  test('brings back no user who was deleted or blocked before the increment', async () => {
    const leaver = await createNamed('leaver');
    const full = await takeBackup(ports, 'full');
    unwrap(await deleteUser(ports, context(), leaver));
    unwrap(await updateUser(ports, scene.account, scene.user.id, { blocked: true }));
    const increment = await takeBackup(ports, 'increment', full);
    const later = await takeBackup(ports, 'later', increment);
    expect(await isThere(await restored([full]), leaver)).toBe(true);
    for (const backups of [
      [full, increment],
      [later, full, increment],
    ]) {
      const over = await restored(backups);
      expect(await isThere(over, leaver)).toBe(false);
      const request = { account: scene.account, resource: scene.resource.id, method: 'password' } as const;
      for (const user of ['leaver', 'alice']) {
        expect(await authenticate(over, { ...request, user, password: PASSWORD })).toHaveProperty('refused');
      }
    }
  });

  // The attack: the address of an erased person, in the store, the stream of events and the archive.
  test('holds nothing of a person who was erased before the increment', async () => {
    const address = '203.0.113.7';
    const event = { ...sampleEvent(1), account: scene.account, subject: scene.user.id, address };
    for (let day = 0; day < 2; day++) {
      const actor = { kind: 'user', id: scene.user.id } as const;
      await append(ports, scene.account, [{ ...event, actor, at: ports.clock.now() }]);
      await consumeAll(ports);
      ports.clock.advance(DAY_MS);
      if (day === 0) await archiveSegments(ports, archive);
    }
    const full = await takeBackup(ports, 'full');
    unwrap(await eraseUser(ports, context(), scene.user.id));
    await consumeAll(ports);
    ports.clock.advance(SIGN_INS_OVER_MS);
    expect(await finishErasures(ports)).toBe(1);
    const increment = await takeBackup(ports, 'increment', full);
    const personal = [address, 'alice@rabbit.example'];
    const contentAfter = async (backups: Parameters<typeof restored>[0]) =>
      (await backupOf(await restored(backups))).join('\n');
    for (const one of personal) {
      expect(await contentAfter([full])).toContain(one);
      expect(await contentAfter([full, increment])).not.toContain(one);
    }
    const report = await verifyAuditExport(
      await linesOfExport(await restored([full, increment]), scene.account),
      ports.signer.publicKeys(),
      { account: scene.account },
    );
    expect(report).toMatchObject({ ok: true, findings: [] });
  });

  test('is followed by a full backup, because versions begin again', async () => {
    const full = await takeBackup(ports, 'full');
    const over = await restored([full]);
    expect(await readBackupPoint(over, full.state.head.point)).toBeUndefined();
    expect(await readBackupPoint(ports, full.state.head.point)).toMatchObject({ number: 0 });
    ports.clock.advance(BACKUP_POINT_TTL_MS);
    expect(await readBackupPoint(ports, full.state.head.point)).toBeUndefined();
  });

  test('has the account as it was at the increment', async () => {
    const full = await takeBackup(ports, 'full');
    const [before] = await ports.store.getMany([accountDocument.key(scene.account)], 0);
    const over = await restored([full, await takeBackup(ports, 'increment', full)]);
    const [after] = await over.store.getMany([accountDocument.key(scene.account)], 0);
    expect(after?.value).toEqual(before?.value);
  });
});
