import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startServiceManager } from '../../testing/service-manager.ts';
import { notifyReady } from './notify-ready.ts';

let folder: string;
let warnings: unknown[];
const log = { warn: (...given: unknown[]) => void warnings.push(given) };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-notify-'));
  warnings = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('systemd hears that the service is ready', async () => {
  const { socket, heard } = await startServiceManager(folder);
  await notifyReady({ PATH: process.env.PATH, NOTIFY_SOCKET: socket }, log);
  expect(await heard).toMatch(/^READY=1$/m);
  expect(warnings).toEqual([]);
});

// SR-35
test('the command that sends it gets no secret of the environment', async () => {
  const seen = join(folder, 'seen');
  await writeFile(join(folder, 'systemd-notify'), `#!/bin/sh\n/usr/bin/env > ${seen}\n`);
  await chmod(join(folder, 'systemd-notify'), 0o755);
  const env = { PATH: folder, NOTIFY_SOCKET: '/run/notify', COUNTERSIGN_MASTER_KEY: 'c2VjcmV0', NODE_OPTIONS: '-r x' };
  await notifyReady(env, log);
  expect(warnings).toEqual([]);
  const text = await readFile(seen, 'utf8');
  expect(text).toContain('NOTIFY_SOCKET=/run/notify');
  expect(text).not.toMatch(/COUNTERSIGN|NODE_OPTIONS|c2VjcmV0/);
});

test('without systemd nothing runs, and a failure does not end the service', async () => {
  await notifyReady({ PATH: folder }, log);
  expect(warnings).toEqual([]);
  await notifyReady({ PATH: folder, NOTIFY_SOCKET: '/run/notify' }, log);
  expect(warnings).toHaveLength(1);
});
