import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePorts } from '../server/testing/free-ports.ts';
import { rawClient } from '../server/testing/raw-client.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { builtService } from './harness/built-service.ts';

let folder: string;
let service: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cs-log-'));
});
afterEach(async () => {
  service?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** Starts the service with this as its standard output; returns its URL once it is ready. */
async function serve(output: number | 'pipe'): Promise<{ url: string; child: ChildProcess }> {
  const [port = 0] = await freePorts(1);
  const url = `http://localhost:${port}`;
  const env = {
    PATH: process.env.PATH ?? '',
    COUNTERSIGN_DATA: join(folder, 'data'),
    COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
    COUNTERSIGN_DRAIN_MS: '0',
  };
  const child = spawn(process.execPath, [builtService(), 'serve'], { env, stdio: ['ignore', output, 'ignore'] });
  service = child;
  await waitUntil('the service is ready', async () => {
    if (child.exitCode !== null) throw new Error('the service ended');
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    return answer?.ok === true;
  });
  return { url, child };
}

/** Makes the service log this many lines of half a kilobyte: fifty per connection, sent ahead. */
async function makeLines(url: string, count: number): Promise<void> {
  const request = `GET /nowhere/${'x'.repeat(300)} HTTP/1.1\r\nHost: localhost\r\n`;
  for (let asked = 0; asked < count; asked += 50) {
    const client = await rawClient(Number(new URL(url).port));
    client.send(`${`${request}\r\n`.repeat(49)}${request}Connection: close\r\n\r\n`);
    expect((await client.closed()).match(/HTTP\/1\.1 404 /g)).toHaveLength(50);
  }
}

// SR-66: the log itself may fill the disk.
test('a service whose log is on a full disk serves, and stops on request', async () => {
  const full = await open('/dev/full', 'w');
  const { url, child } = await serve(full.fd);
  await makeLines(url, 100);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  await full.close();
});

// SR-66
test('so does one whose log is not read', async () => {
  const { url, child } = await serve('pipe');
  // More than a pipe and the queued lines hold.
  await makeLines(url, 1000);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
