import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTerminal, type Terminal } from '../testing/terminal.ts';

let terminal: Terminal;
let server: string;
beforeEach(async () => {
  terminal = await openTerminal('connection');
  server = join(terminal.dataFolder, 'server.cjs');
  await writeFile(server, 'console.log("ready"); process.stdin.resume();');
});
afterEach(() => terminal.close());

test.each([[['account', 'create', '--name', 'Acme']], [['setup']]])(
  'leaves a folder without an installation as it is, and names it: %j',
  async (args) => {
    const data = join(terminal.dataFolder, 'dtaa');
    const ended = await terminal.type(['--data', data, ...args], '', {}, server);
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining(data) });
    expect(ended.err).toContain('countersign serve');
    expect(existsSync(data)).toBe(false);
  },
);

test('says of a stopped service on Redis that its variables are missing', async () => {
  const data = join(terminal.dataFolder, 'on-redis');
  await mkdir(data);
  await writeFile(join(data, 'store-is-redis'), '');
  const ended = await terminal.type(['--data', data, 'user', 'list'], '', {}, server);
  expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('its data is in Redis') });
  expect(ended.err).not.toContain('nothing is installed');
});
