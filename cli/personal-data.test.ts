import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTerminal, type Terminal } from './testing/terminal.ts';

let terminal: Terminal;
beforeEach(async () => {
  terminal = await openTerminal('personal-data-by-command');
  await terminal.type(['account', 'create', '--name', 'Acme']);
});
afterEach(() => terminal.close());

test('a user is exported to a private file, and erased once the login is repeated', async () => {
  const id = (await terminal.type(['--ids', 'user', 'create', '--login', 'ada'])).out.trim();
  const file = join(terminal.dataFolder, 'data.json');
  expect(await terminal.type(['user', 'export', 'ada', '--output', file])).toMatchObject({ code: 0, err: '' });
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ version: 1, user: { id, login: 'ada' } });
  expect((await stat(file)).mode & 0o777).toBe(0o600);

  for (const confirm of [[], ['--confirm', 'alan']]) {
    const refused = await terminal.type(['user', 'erase', 'ada', ...confirm]);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('--confirm ada') });
  }
  expect((await terminal.type(['user', 'show', 'ada'])).code).toBe(0);
  const erased = await terminal.type(['user', 'erase', 'ada', '--confirm', 'ada']);
  expect(erased).toMatchObject({ code: 0, out: expect.stringContaining('running') });
  expect(erased.out).toContain(`user erasure ${id}`);
  expect((await terminal.type(['user', 'show', 'ada'])).code).toBe(1);
  expect((await terminal.type(['--field', 'state', 'user', 'erasure', id])).out).toBe('running\n');
});

// The attack: an administrator copies the command, and the shell runs what was imported as a login.
test('the command to copy does not run what is in a login', async () => {
  await terminal.type(['user', 'create', '--login', 'x;$(reboot)']);
  expect((await terminal.type(['user', 'erase', 'x;$(reboot)'])).err).toContain("--confirm 'x;$(reboot)'");
});
