import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ScannedRecord, Store } from '../../kernel/ports/store.ts';
import { createSecretBox } from '../../platform/secret-box/secret-box.ts';
import { restorationDocument } from '../../store/documents.ts';
import { createUser } from '../../testing/as-operator.ts';
import { birth, createFixture, type Fixture, unwrap } from '../../testing/fixtures.ts';
import { type TakenBackup, takeBackup } from '../../testing/increments-fixture.ts';
import { backupOf, backupReader, linesReader, overStore } from '../../testing/restore-fixture.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { openTestPorts, type TestPorts, testSecrets } from '../../testing/test-ports.ts';
import type { BackupTrust } from './backup-mac.ts';
import { BackupInvalid, LineSums } from './backup-records.ts';
import { mergeBackups } from './merge-backups.ts';
import { restoreBackup } from './restore-backup.ts';

const ROTATED = createHash('sha256').update('the next master key').digest();

let ports: TestPorts;
let scene: Fixture;
const removals: (() => Promise<void>)[] = [];
beforeEach(async () => {
  ports = await openTestPorts('forged');
  removals.push(ports.close);
  scene = await createFixture(ports, { tokens: [{}] });
});
afterEach(async () => {
  for (const remove of removals.splice(0)) await remove();
});

/** Everything that an attacker knows: how lines are written, but no master key. */
function signed(records: readonly unknown[], key: Uint8Array = randomBytes(32)): string[] {
  const sums = new LineSums(key);
  return records.map((record) => {
    const json = JSON.stringify(record);
    return `${sums.next(json)} ${json}`;
  });
}
const recordsOf = (lines: readonly string[]): Record<string, unknown>[] =>
  lines.map((line) => JSON.parse(line.slice(line.indexOf(' '))));
/** The password hash of the first user replaced by one that the attacker knows. */
const withOwnPassword = (lines: readonly string[]) =>
  recordsOf(lines).map((record) =>
    Array.isArray(record.d) && record.d[1] === 'user'
      ? { ...record, v: { ...(record.v as object), passwordHash: 'one that the attacker knows' } }
      : record,
  );
const nameOfScanned = (record: ScannedRecord) => (record.kind === 'document' ? record.key.name : record.index);
const isEmpty = async (store: Store) => (await store.scan(undefined, 10)).records.length === 0;

async function refuses(
  backups: readonly Pick<TakenBackup, 'name' | 'lines'>[],
  message: RegExp,
  trust: BackupTrust = { secrets: testSecrets() },
): Promise<void> {
  const { store, remove } = await openTemporaryStore();
  removals.push(remove);
  const files = backups.map(({ name, lines }) => ({ name, open: linesReader(lines) }));
  const restoring = async () => restoreBackup(overStore(ports, store), await mergeBackups(files, trust));
  const attempt = restoring();
  await expect(attempt).rejects.toBeInstanceOf(BackupInvalid);
  await expect(attempt).rejects.toThrow(message);
  expect(await isEmpty(store)).toBe(true);
}

// SR-86. The attack: who may write to where backups are kept, and knows the recipient's public key, puts a backup there
// in which an account has the attacker's password.
describe('SR-86: a forged backup is refused before anything is written', () => {
  test('without the key of its MACs, and the operator is told what that means', async () => {
    const [{ mac: _, ...header } = {}, ...records] = withOwnPassword(await backupOf(ports));
    await refuses(
      [{ name: 'forged', lines: signed([header, ...records]) }],
      /forged: the backup has no MAC under a master key, so anyone who can write to where it was stored could have forged it/,
    );
  });

  // The attack: an earlier backup of ours, with what was revoked since, is put in place of the one that was inspected.
  test('put in place of the one that was inspected', async () => {
    const earlier = await backupOf(ports);
    unwrap(await createUser(ports, birth(ports, 'usr'), scene.account, { login: 'after' }));
    const inspected = await backupOf(ports);
    const { store, remove } = await openTemporaryStore();
    removals.push(remove);
    let reads = 0;
    const open = () => {
      reads += 1;
      // Its header is read, then all of it is inspected.
      return linesReader(reads <= 2 ? inspected : earlier)();
    };
    const merged = await mergeBackups([{ name: 'swapped', open }], { secrets: testSecrets() });
    await expect(restoreBackup(overStore(ports, store), merged)).rejects.toThrow(/swapped: it was replaced/);
    const [mark] = await store.getMany([restorationDocument.key()], ports.clock.now());
    expect(mark?.value).not.toHaveProperty('finishedAt');
    expect((await store.scan(undefined, 1000)).records.map(nameOfScanned)).not.toContain('user');
  });

  test('with MACs under a key of the attacker’s own', async () => {
    const key = createHash('sha256').update('of the attacker').digest();
    const lines = await backupOf(ports);
    await refuses([{ name: 'forged', lines: signed(withOwnPassword(lines), key) }], /line 1 .* was changed or damaged/);
    const own = createSecretBox(randomBytes(32));
    const mac = { keyId: own.keyId, nonce: 'n' };
    const [header, ...records] = withOwnPassword(lines);
    await refuses(
      [{ name: 'forged', lines: signed([{ ...header, mac }, ...records], own.backupKey(mac)) }],
      /made under another master key .* give the key of the time of the backup/,
    );
  });

  test('with lines of another genuine backup, which has another key', async () => {
    const [first, second] = [await backupOf(ports), await backupOf(ports)];
    await refuses(
      [{ name: 'mixed', lines: [...first.slice(0, 1), ...second.slice(1)] }],
      /line 2 .* was changed or damaged/,
    );
  });

  test('as one of several increments, at any place', async () => {
    const full = await takeBackup(ports, 'full');
    const backups = [full];
    for (const login of ['bob', 'carol']) {
      unwrap(await createUser(ports, birth(ports, 'usr'), scene.account, { login }));
      backups.push(await takeBackup(ports, `with ${login}`, backups.at(-1)));
    }
    for (const [at, { name, lines }] of backups.entries()) {
      const records = recordsOf(lines);
      const [{ mac: _, ...header } = {}, ...rest] = records;
      await refuses(backups.with(at, { ...full, name, lines: signed([header, ...rest]) }), /has no MAC/);
      await refuses(
        backups.with(at, { ...full, name, lines: signed(records, randomBytes(32)) }),
        /was changed or damaged/,
      );
    }
    await refuses([...backups.slice(0, 1), ...backups.slice(2)], /is missing/);
  });

  test('that is put in place of the genuine one after the check: the store stays unusable', async () => {
    const genuine = await backupOf(ports);
    const forged = signed(withOwnPassword(genuine), randomBytes(32));
    const { store, remove } = await openTemporaryStore();
    removals.push(remove);
    let opened = 0;
    const swapped = () => linesReader(opened++ < 2 ? genuine : forged)();
    const open = await mergeBackups([{ name: 'swapped', open: swapped }], { secrets: testSecrets() });
    await expect(restoreBackup(overStore(ports, store), open)).rejects.toThrow('was changed or damaged');
    expect(opened).toBe(3);
  });
});

describe('a genuine backup', () => {
  test('is verified with an old master key that is still given', async () => {
    const lines = await backupOf(ports);
    const secrets = createSecretBox(ROTATED, { old: [createHash('sha256').update('a master key for tests').digest()] });
    for await (const _ of backupReader(lines, { secrets })());
    const without = { secrets: createSecretBox(ROTATED) };
    await refuses([{ name: 'old', lines }], /made under another master key/, without);
  });
});
