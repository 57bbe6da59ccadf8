import { expect, test, vi } from 'vitest';
import { announceSetup } from './first-run.ts';
import { capturedLog } from './testing/captured-log.ts';
import { ISSUER, openTestPorts } from './testing/test-ports.ts';

// SR-42. The attack: a log that is shipped elsewhere, in which others find the link that makes the first account.
test('SR-42: the setup link is printed for the person who starts the service, and is in no line of its log', async () => {
  const ports = await openTestPorts('first-run');
  const captured = capturedLog();
  const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    await announceSetup({ ...ports, issuer: ISSUER }, captured.log);
    expect(printed.mock.calls.join('\n')).toMatch(/^https:\/\/auth\.example\/setup#[\w-]{32}$/m);
  } finally {
    printed.mockRestore();
    await ports.close();
  }
  expect(captured.text()).not.toContain('/setup#');
  expect(captured.text()).toContain('countersign setup');
});
