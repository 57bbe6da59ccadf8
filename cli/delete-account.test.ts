import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTerminal, type Terminal } from './testing/terminal.ts';

let terminal: Terminal;
beforeEach(async () => {
  terminal = await openTerminal('account-deletion-by-command');
});
afterEach(() => terminal.close());

test('an account is deleted by its name, after a hint to keep its audit log', async () => {
  const create = async (name: string) =>
    (await terminal.type(['--ids', 'account', 'create', '--name', name])).out.trim();
  const [acme, other] = [await create('Acme'), await create('Other')];
  const asked = await terminal.type(['account', 'delete', acme]);
  expect(asked).toMatchObject({ code: 2, err: expect.stringContaining(`--account ${acme} event export`) });
  expect(asked.err).toContain('--confirm Acme');
  expect(await terminal.type(['account', 'delete', acme, '--confirm', 'Other'])).toMatchObject({ code: 1 });
  expect(await terminal.type(['account', 'delete', acme, '--confirm', 'Acme'])).toMatchObject({ code: 0 });
  expect((await terminal.type(['--ids', 'account', 'list'])).out.trim()).toBe(other);
  expect((await terminal.type(['--ids', 'account', 'deletions'])).out.trim()).toBe(acme);
  expect((await terminal.type(['--account', acme, 'user', 'list'])).err).toContain('ACCOUNT_NOT_FOUND');
});

// The attack: an operator copies the command, and the shell runs what an administrator chose as the name.
test('the command to copy does not run what is in the name of an account', async () => {
  const name = "it's $(reboot)";
  const id = (await terminal.type(['--ids', 'account', 'create', '--name', name])).out.trim();
  expect((await terminal.type(['account', 'delete', id])).err).toContain(`--confirm 'it'\\''s $(reboot)'`);
});
