import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createDemo } from '../../demo-site/month/create-demo.ts';
import { createAccount } from '../accounts/create-account.ts';
import { accountIndexes } from '../accounts/documents.ts';
import { BackupInvalid } from '../operations/backup/backup-records.ts';
import { restoreBackup } from '../operations/backup/restore-backup.ts';
import { backupOf, backupReader, overStore } from '../testing/restore-fixture.ts';
import { openTemporaryRedisStore } from '../testing/temporary-redis-store.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { storePurposeDocument } from './documents.ts';
import { isStoreEmpty, setStorePurpose, WrongStorePurpose } from './set-store-purpose.ts';

// SR-42. The attack uses a demo's password and API key, which are shown on a screen, on a service whose store the demo
// has filled, or into which a copy of the demo was restored.
describe.each([
  ['embedded', openTemporaryStore],
  ['redis', openTemporaryRedisStore],
])('SR-42: on %s', (_store, open) => {
  let ports: TestPorts;
  const removals: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    ports = await openTestPorts('purpose');
  });
  afterAll(() => ports.close());
  afterEach(async () => {
    for (const remove of removals.splice(0)) await remove();
  });

  async function portsOverEmptyStore(): Promise<TestPorts> {
    const { store, remove } = await open();
    removals.push(remove);
    return overStore(ports, store);
  }
  /** As the demo's process does it. */
  async function demo(): Promise<TestPorts> {
    const over = await portsOverEmptyStore();
    await setStorePurpose(over, 'demo');
    await createDemo(over, 800);
    return over;
  }

  test('a demo’s store is refused to a service and stays the demo’s', async () => {
    const over = await demo();
    for (const _start of ['first', 'second']) {
      await expect(setStorePurpose(over, 'service')).rejects.toBeInstanceOf(WrongStorePurpose);
      await setStorePurpose(over, 'demo');
    }
  });

  test('a demo killed at its first commit has left the mark, or nothing', async () => {
    const over = await portsOverEmptyStore();
    over.store.intercept.commit = async (_change, go) => {
      await go();
      throw new Error('killed');
    };
    await expect(setStorePurpose(over, 'demo')).rejects.toThrow('killed');
    over.store.intercept = {};
    await expect(setStorePurpose(over, 'service')).rejects.toBeInstanceOf(WrongStorePurpose);
    expect(await over.store.range(accountIndexes.created(), { limit: 1 })).toEqual([]);
    await setStorePurpose(over, 'demo');
  });

  test('a demo does not fill the store of a service, even without a mark or an account', async () => {
    const started = await portsOverEmptyStore();
    await setStorePurpose(started, 'service');
    await expect(setStorePurpose(started, 'demo')).rejects.toBeInstanceOf(WrongStorePurpose);

    const unmarked = await portsOverEmptyStore();
    await createAccount(unmarked, { name: 'Acme' });
    await expect(setStorePurpose(unmarked, 'demo')).rejects.toBeInstanceOf(WrongStorePurpose);
    await setStorePurpose(unmarked, 'service');
    await expect(setStorePurpose(unmarked, 'demo')).rejects.toBeInstanceOf(WrongStorePurpose);
  });

  test('a demo’s account, whose passwords are printed, is created in no other store', async () => {
    const over = await portsOverEmptyStore();
    await expect(createDemo(over, 800)).rejects.toBeInstanceOf(WrongStorePurpose);
    expect(await isStoreEmpty(over)).toBe(true);
    await setStorePurpose(over, 'service');
    await expect(createDemo(over, 800)).rejects.toBeInstanceOf(WrongStorePurpose);
    expect(await over.store.range(accountIndexes.created(), { limit: 1 })).toEqual([]);
  });

  test('a demo and a service that start on an empty store at once do not both get it', async () => {
    const over = await portsOverEmptyStore();
    const starts = (['demo', 'service'] as const).map((purpose) => setStorePurpose(over, purpose));
    const outcomes = await Promise.allSettled(starts);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('several processes of one service share the store', async () => {
    const over = await portsOverEmptyStore();
    await Promise.all(Array.from({ length: 4 }, () => setStorePurpose(over, 'service')));
  });

  test('the backup of a demo is not restored, and nothing is written', async () => {
    const over = await demo();
    const elsewhere = await portsOverEmptyStore();
    const restoring = restoreBackup(elsewhere, backupReader(await backupOf(over)));
    await expect(restoring).rejects.toThrow(BackupInvalid);
    await expect(restoring).rejects.toThrow('the backup of a demo');
    expect(await isStoreEmpty(elsewhere)).toBe(true);
  });

  test('a restored store belongs to a service, also from a backup without the mark', async () => {
    const over = await portsOverEmptyStore();
    await createAccount(over, { name: 'Acme' });
    const elsewhere = await portsOverEmptyStore();
    await restoreBackup(elsewhere, backupReader(await backupOf(over)));
    const [mark] = await elsewhere.store.getMany([storePurposeDocument.key()], elsewhere.clock.now());
    expect(mark?.value).toEqual({ purpose: 'service' });
    await expect(setStorePurpose(elsewhere, 'demo')).rejects.toBeInstanceOf(WrongStorePurpose);
  });
});
