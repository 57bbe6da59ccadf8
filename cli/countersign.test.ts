import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const args = ['--import', 'tsx', join(import.meta.dirname, 'countersign.ts'), '--help'];

test('a reader such as `head`, which takes less than there is, ends the command without an error', async () => {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect({ errors, code }).toEqual({ errors: '', code: 141 });
});

test('an output on a full disk ends the command with one line', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
  closeSync(full);
  expect(stderr).toBe('countersign: standard output could not be written: there is no space left\n');
  expect(status).toBe(4);
});

test('Ctrl-C ends `event list --watch` without an error', async () => {
  const server = createServer((_, response) => response.end('{"items":[],"next":null}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env, COUNTERSIGN_API_URL: `http://127.0.0.1:${port}`, COUNTERSIGN_API_KEY: 'csk_test' };
  const words = [...args.slice(0, -1), 'event', 'list', '--watch'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'], env });
  server.once('request', () => child.kill('SIGINT'));
  const [out, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  server.close();
  expect({ out, errors, code }).toEqual({ out: '', errors: '', code: 0 });
});
