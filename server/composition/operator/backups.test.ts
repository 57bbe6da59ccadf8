import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { lastBackupDocument } from '../../maintenance/documents.ts';
import { refusalOf } from '../../testing/http-service.ts';
import { operatorOptions } from '../../testing/operator-options.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { createOperatorApp } from './operator-app.ts';

const init = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ file: '/backups/night' }),
};
const backUp = (ports: TestPorts, writeBackup: () => Promise<number>) =>
  createOperatorApp(ports, operatorOptions({ writeBackup })).request('/operator/backups', init, { operator: true });
const lastBackup = async ({ store, clock }: TestPorts) =>
  (await store.getMany([lastBackupDocument.key()], clock.now()))[0]?.value;

test('a complete backup is recorded with its time, and one that failed is not', async () => {
  const ports = await openTestPorts('recorded-backup');
  await backUp(ports, () => Promise.reject(new StoreUnavailable('the connection was lost')));
  expect(await lastBackup(ports)).toBeUndefined();
  expect((await backUp(ports, async () => 7)).status).toBe(201);
  expect(await lastBackup(ports)).toEqual({ at: ports.clock.now(), lines: 7 });
  await ports.close();
});

// SR-3: a backup is worth more than the record of it.
test('a complete backup whose time cannot be stored is complete', async () => {
  const ports = await openTestPorts('unrecorded-backup');
  ports.store.intercept.commit = () => Promise.reject(new StoreUnavailable('the disk is full'));
  const response = await backUp(ports, async () => 7);
  expect([response.status, await response.json()]).toEqual([201, { file: '/backups/night', lines: 7 }]);
  await ports.close();
});

test('a backup that the store interrupts can be tried again, and its file is not to blame', async () => {
  const ports = await openTestPorts('interrupted-backup');
  const response = await backUp(ports, () => Promise.reject(new StoreUnavailable('the connection was lost')));
  expect(await refusalOf(response)).toEqual({ status: 503, code: 'UNAVAILABLE' });
  await ports.close();
});
