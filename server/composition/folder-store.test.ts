import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import type { AppEnv } from '../http/context.ts';
import { capturedLog } from '../testing/captured-log.ts';
import { expectEmbeddedStore, markFolderStore, refuseAnotherStore } from './folder-store.ts';
import { listenOnSocket, OPERATOR_SOCKET } from './operator/socket.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

const { log } = capturedLog();
const configOf = (store?: string) =>
  loadConfig({ COUNTERSIGN_DATA: folder, ...(store !== undefined && { COUNTERSIGN_STORE: store }) });
const REDIS = 'redis://127.0.0.1:1/0';
const COMMANDS = ['serve', 'operate', 'setup', 'restore', 'forget-secrets', 'move'];
const refused = async (command: string, store?: string) =>
  refuseAnotherStore(command, configOf(store)).then(
    () => undefined,
    ({ code }: { code: string }) => code,
  );

// The attack on availability: without the unit's variables a command fills a new store, and the next start takes it.
test.each(COMMANDS)('%s does not open a store beside the service of its data folder', async (command) => {
  const socket = await listenOnSocket(new Hono<AppEnv>(), join(folder, OPERATOR_SOCKET));
  expect(await refused(command)).toBe(command === 'move' ? undefined : 'SERVICE_RUNS');
  // Services may share a folder and a Redis; the move asks the service.
  expect(await refused(command, REDIS)).toBe(['serve', 'move'].includes(command) ? undefined : 'SERVICE_RUNS');
  await socket?.close();
  expect(await refused(command)).toBeUndefined();
});

test.each(COMMANDS)('%s without variables opens no new store for a stopped service on Redis', async (command) => {
  await markFolderStore(configOf(REDIS), log);
  expect(await refused(command)).toBe('CONFIG_INVALID');
  expect(await refused(command, REDIS)).toBeUndefined();
  expect(await refused(command, 'embedded')).toBeUndefined();
  // The service was moved back.
  await markFolderStore(configOf('embedded'), log);
  expect(await refused(command)).toBeUndefined();
});

test('a service whose data folder is gone starts all the same', async () => {
  const { log: warned, lines } = capturedLog();
  const config = loadConfig({ COUNTERSIGN_DATA: join(folder, 'gone'), COUNTERSIGN_STORE: REDIS });
  await markFolderStore(config, warned);
  expect(lines()).toHaveLength(1);
});

test('an embedded store that is not there yet is not made', async () => {
  expect(() => expectEmbeddedStore(configOf())).toThrow('there is no store in');
  expect(existsSync(join(folder, 'store'))).toBe(false);
  expect(() => expectEmbeddedStore(configOf(REDIS))).not.toThrow();
  mkdirSync(join(folder, 'store'));
  await writeFile(join(folder, 'store', 'data.mdb'), '');
  expect(() => expectEmbeddedStore(configOf())).not.toThrow();
});
