import { expect, test } from 'vitest';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { refusalOf } from '../../testing/http-service.ts';
import { operatorOptions } from '../../testing/operator-options.ts';
import { openTestPorts } from '../../testing/test-ports.ts';
import { createOperatorApp } from './operator-app.ts';

test('a backup that the store interrupts can be tried again, and its file is not to blame', async () => {
  const ports = await openTestPorts('interrupted-backup');
  const writeBackup = () => Promise.reject(new StoreUnavailable('the connection was lost'));
  const app = createOperatorApp(ports, operatorOptions({ writeBackup }));
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ file: '/backups/night' }),
  };
  const response = await app.request('/operator/backups', init, { operator: true });
  expect(await refusalOf(response)).toEqual({ status: 503, code: 'UNAVAILABLE' });
  await ports.close();
});
