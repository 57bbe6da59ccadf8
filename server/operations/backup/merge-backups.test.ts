import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../../accounts/create-account.ts';
import { isStoreEmpty } from '../../store/set-store-purpose.ts';
import { unwrap } from '../../testing/fixtures.ts';
import { mergedReader, restoreAll, type TakenBackup, takeBackup } from '../../testing/increments-fixture.ts';
import { backupOf, overStore } from '../../testing/restore-fixture.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { BackupInvalid } from './backup-records.ts';

let ports: TestPorts;
let full: TakenBackup;
let first: TakenBackup;
let second: TakenBackup;
let third: TakenBackup;
const removals: (() => Promise<void>)[] = [];
beforeAll(async () => {
  ports = await openTestPorts('merged backups');
  unwrap(await createAccount(ports, { name: 'Acme' }));
  full = await takeBackup(ports, 'full');
  first = await next('first', full);
  second = await next('second', first);
  third = await next('third', second);
});
afterAll(async () => {
  for (const remove of removals) await remove();
  await ports.close();
});

async function next(name: string, earlier: TakenBackup): Promise<TakenBackup> {
  ports.clock.advance(1000);
  unwrap(await createAccount(ports, { name }));
  return takeBackup(ports, name, earlier);
}

/** The attempt, after which nothing may have been written. */
async function attempt(backups: readonly Pick<TakenBackup, 'name' | 'lines'>[]): Promise<void> {
  const { store, remove } = await openTemporaryStore();
  removals.push(remove);
  try {
    await restoreAll(overStore(ports, store), backups);
  } finally {
    expect(await isStoreEmpty({ store })).toBe(true);
  }
}

// SR-62. The attack: a file is left out, swapped, damaged or from elsewhere, so that a withdrawal is missing after the
// restore and nothing shows it.
describe('a restore refuses', () => {
  test('an increment without all before it', async () => {
    await expect(attempt([third])).rejects.toThrow('third is an increment: give the full backup');
    await expect(attempt([first, second])).rejects.toThrow('none of the files is a full backup');
    await expect(attempt([full, first, third])).rejects.toThrow('between first and third an increment is missing');
    await expect(attempt([full, second])).rejects.toThrow('between full and second an increment is missing');
  });

  test('what belongs to another full backup, or to none', async () => {
    const other = await takeBackup(ports, 'other');
    const plain = { name: 'plain', lines: await backupOf(ports) };
    await expect(attempt([full, other])).rejects.toThrow('full and other are full backups');
    await expect(attempt([other, first])).rejects.toThrow('first follows another full backup than other');
    await expect(attempt([plain, first])).rejects.toThrow('plain was made without --state');
    const elsewhere = await openTestPorts('another store');
    removals.push(elsewhere.close);
    const foreign = await takeBackup(elsewhere, 'foreign', await takeBackup(elsewhere, 'far'));
    await expect(attempt([full, foreign])).rejects.toThrow('foreign follows another full backup');
  });

  test('two increments of the same backup, and names the earlier one', async () => {
    const again = await next('again', first);
    await expect(attempt([full, first, again, second])).rejects.toThrow('leave out the earlier, second');
    await expect(attempt([full, first, again, third])).rejects.toThrow(
      'third does not follow again, but another backup made at the same point',
    );
    await mergedReader([again, first, full]);
  });

  test('a file that is damaged or cut off, and says which', async () => {
    for (const at of [0, 1, 2]) {
      const backups = [full, first, second].map(({ name, lines }) => ({ name, lines: [...lines] }));
      const damaged = backups[at];
      if (!damaged) throw new Error('no backup');
      const whole = [...damaged.lines];
      for (const line of [0, 1, Math.floor(whole.length / 2), whole.length - 1]) {
        damaged.lines = whole.map((text, n) => (n === line ? text.replace(/[a-z](?=[^a-z]*$)/, 'Z') : text));
        await expect(attempt(backups)).rejects.toThrow(BackupInvalid);
        await expect(attempt(backups)).rejects.toThrow(`${damaged.name}: line ${line + 1}`);
      }
      damaged.lines = whole.slice(0, -1);
      await expect(attempt(backups)).rejects.toThrow(`${damaged.name}: the backup was cut off`);
    }
  });
});
