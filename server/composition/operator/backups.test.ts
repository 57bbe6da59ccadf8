import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { lastBackupDocument } from '../../operations/maintenance/documents.ts';
import { operatorOptions } from '../../testing/operator-options.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { createOperatorApp } from './operator-app.ts';

const askFor = (ports: TestPorts, path: string, init: RequestInit = {}) =>
  createOperatorApp(ports, operatorOptions()).request(path, init, { operator: true });
const lastBackup = async ({ store, clock }: TestPorts) =>
  (await store.getMany([lastBackupDocument.key()], clock.now()))[0]?.value;

test('a backup is recorded with its time when the command says that it has written it, and not before', async () => {
  const ports = await openTestPorts('recorded-backup');
  const response = await askFor(ports, '/operator/backup');
  const text = await response.text();
  const lines = text.split('\n').length - 1;
  expect([response.status, text.endsWith(` {"end":${lines - 1}}\n`)]).toEqual([200, true]);
  expect(await lastBackup(ports)).toBeUndefined();
  const headers = { 'content-type': 'application/json' };
  await askFor(ports, '/operator/backups', {
    method: 'POST',
    headers,
    body: JSON.stringify({ lines, isIncrement: false }),
  });
  expect(await lastBackup(ports)).toEqual({ at: ports.clock.now(), fullAt: ports.clock.now(), lines });
  await ports.close();
});

// SR-3, SR-62. The attack: an outage makes a backup without the last revocations look complete.
test('a backup that the store interrupts ends with the reason, and not as a complete one', async () => {
  const ports = await openTestPorts('interrupted-backup');
  let pages = 0;
  const { scan } = ports.store;
  ports.store.scan = (...asked) =>
    ++pages > 1 ? Promise.reject(new StoreUnavailable('the connection was lost')) : scan.apply(ports.store, asked);
  const lines = (await (await askFor(ports, '/operator/backup')).text()).split('\n');
  expect(lines.at(-1)).toBe('');
  expect(lines.at(-2)).toMatch(/^! \{"code":"UNAVAILABLE","title":"[^"]+"\}$/);
  expect(lines.filter((line) => line.includes('"end"'))).toEqual([]);
  await ports.close();
});
