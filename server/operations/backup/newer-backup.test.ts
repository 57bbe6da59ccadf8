import { expect, test } from 'vitest';
import { SHAPE_VERSION } from '../../store/store-version.ts';
import { newOperation } from '../../store/transact.ts';
import { backupOf, backupReader, overStore } from '../../testing/restore-fixture.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { openTestPorts } from '../../testing/test-ports.ts';
import { processesDocument } from '../processes/documents.ts';
import { restoreBackup } from './restore-backup.ts';

// The attack is a way back: an older version restores what it does not know, and takes a rule in it for none.
test('SR-62: a backup with documents that only a newer version knows is refused, and nothing is written', async () => {
  const ports = await openTestPorts('newer backup');
  const { store, remove } = await openTemporaryStore();
  const key = processesDocument.key();
  for (const shape of [SHAPE_VERSION + 1, SHAPE_VERSION]) {
    const value = { processes: {}, required: { shape, version: '9.1.0' } };
    const change = { anchor: key.anchor, operation: newOperation(ports), now: ports.clock.now(), expect: [] };
    await ports.store.commit({ ...change, put: [{ key, value }] });
    const restoring = restoreBackup(overStore(ports, store), backupReader(await backupOf(ports)));
    if (shape === SHAPE_VERSION) await restoring;
    else await expect(restoring).rejects.toThrow('only version 9.1.0 or a later one knows');
  }
  await remove();
  await ports.close();
});
