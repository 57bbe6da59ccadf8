import { execFileSync } from 'node:child_process';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accountIndexes } from '../accounts/documents.ts';
import { setupLinkDocument } from '../administration/documents.ts';
import { capturedLog } from '../testing/captured-log.ts';
import { createFixture } from '../testing/fixtures.ts';
import { ISSUER, openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { announceSetup, printSetup, setupCommand } from './setup-link.ts';

const COMMAND = 'countersign setup';
let ports: TestPorts;
beforeEach(async () => {
  ports = await openTestPorts('first-run');
});
afterEach(() => ports.close());

/** What a start writes to its log and to standard error. */
async function start(isTTY: boolean | undefined) {
  const captured = capturedLog();
  const written: string[] = [];
  const errors = { ...omitUndefined({ isTTY }), write: (text: string) => written.push(text) > 0 };
  await announceSetup({ ...ports, issuer: ISSUER }, { log: captured.log, command: COMMAND, errors });
  return { log: captured.text(), errors: written.join('') };
}

// SR-42. The attack finds the setup link, which creates the first account, in a log or an output that is shipped
// elsewhere.
describe('SR-42: a stranger does not get the setup link: a fresh installation', () => {
  test('prints it on a terminal, and in no line of its log', async () => {
    const { log, errors } = await start(true);
    expect(errors).toMatch(/^https:\/\/auth\.example\/setup#[\w-]{32}$/m);
    expect(log).not.toContain('/setup#');
    expect(log).toContain(COMMAND);
  });

  test.each([false, undefined])(
    'neither creates nor prints it if standard error is not a terminal (%s)',
    async (isTTY) => {
      const { log, errors } = await start(isTTY);
      expect(errors).toBe('');
      expect(log).not.toContain('/setup#');
      expect(log.trim().split('\n')).toHaveLength(1);
      expect(JSON.parse(log)).toMatchObject({ level: 'warn', command: COMMAND });
      expect(await ports.store.getMany([setupLinkDocument.key()], ports.clock.now())).toEqual([undefined]);
    },
  );

  test('is silent once there is an account', async () => {
    await createFixture(ports);
    expect(await start(true)).toEqual({ log: '', errors: '' });
  });
});

test('names every wrong argument of an account at once, and creates nothing', async () => {
  const refused = printSetup({ ...ports, issuer: ISSUER }, { name: ' ', superuser: 'ada' });
  await expect(refused).rejects.toThrow(/--name takes one line.*\n.*--superuser takes an email address/);
  expect(await ports.store.range(accountIndexes.created(), { limit: 1 })).toEqual([]);
});

test('quotes the command for the setup link for any folder name', () => {
  expect(setupCommand('/opt/countersign.js', '/var/lib/countersign')).toBe(
    'node /opt/countersign.js setup --data /var/lib/countersign',
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[^\0/]{1,20}$/), (name) => {
      const command = setupCommand('/opt/c.js', `/srv/x${name}`).replace(/^node/, "printf '%s\\n'");
      const printed = execFileSync('sh', ['-c', command], { encoding: 'utf8' });
      expect(printed).toBe(`/opt/c.js\nsetup\n--data\n/srv/x${name}\n`);
    }),
    { numRuns: 50 },
  );
});
