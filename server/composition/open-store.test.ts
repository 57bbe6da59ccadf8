import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { capturedLog } from '../testing/captured-log.ts';
import { freePorts } from '../testing/free-ports.ts';
import { type RedisServer, startRedisServer } from '../testing/redis-server.ts';
import { createTlsFiles, type TlsFiles } from '../testing/tls-files.ts';
import { describeFailure, exitCodeOf } from './command-failure.ts';
import { openStore, StoreNotOpened } from './open-store.ts';

let files: TlsFiles;
beforeAll(async () => {
  files = await createTlsFiles();
});
afterAll(() => files?.remove());

const at = (url: string, env: Record<string, string> = {}) => loadConfig({ COUNTERSIGN_STORE: url, ...env });

test('opens a store that comes up while it waits, with a line for each try that names the cause', async () => {
  const [port = 0] = await freePorts(1);
  const captured = capturedLog();
  let server: RedisServer | undefined;
  const pauses: number[] = [];
  const pause = async (ms: number) => {
    pauses.push(ms);
    if (pauses.length === 3) server = await startRedisServer({ product: 'redis', port });
  };
  const store = await openStore(at(`redis://127.0.0.1:${port}`), captured.log, { maxMs: 60_000, pause });
  await store.check();
  await store.close();
  await server?.stop();
  expect(pauses).toEqual([100, 200, 400]);
  const tries = captured.lines().filter(({ msg }) => String(msg).startsWith('the store is tried again'));
  expect(tries.map(({ level, attempt }) => [level, attempt])).toEqual([
    ['warn', 1],
    ['warn', 2],
    ['warn', 3],
  ]);
  for (const { msg } of tries) expect(msg).toContain(`127.0.0.1:${port}: the connection was refused`);
});

test('ends at its deadline with the cause and an exit code of its own', async () => {
  const [port = 0] = await freePorts(1);
  const opening = openStore(at(`redis+sentinel://127.0.0.1:${port}/main`), capturedLog().log, { maxMs: 300 });
  const error = await opening.catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(StoreNotOpened);
  expect(exitCodeOf(error)).toBe(69);
  expect(describeFailure('serve', error)).toContain(
    `countersign could not start: Redis cannot be reached: Sentinel 127.0.0.1:${port}: the connection was refused`,
  );
});

test('a command tries once', async () => {
  const [port = 0] = await freePorts(1);
  const captured = capturedLog();
  await expect(openStore(at(`redis://127.0.0.1:${port}`), captured.log)).rejects.toThrow(StoreNotOpened);
  expect(captured.text()).not.toContain('tried again');
});

test('names the file of TLS that cannot be used, and opens with the right ones', async () => {
  const { log } = capturedLog();
  const [port = 0] = await freePorts(1);
  const tls = ['--tls-port', String(port), '--tls-cert-file', files.cert, '--tls-key-file', files.key];
  const server = await startRedisServer({ product: 'valkey', args: [...tls, '--tls-ca-cert-file', files.ca] });
  const url = `rediss://127.0.0.1:${port}`;
  const env = {
    COUNTERSIGN_STORE_TLS_CA: files.ca,
    COUNTERSIGN_STORE_TLS_CERT: files.clientCert,
    COUNTERSIGN_STORE_TLS_KEY: files.clientKey,
  };
  const store = await openStore(at(url, env), log);
  await store.close();
  const garbage = join(files.folder, 'garbage.pem');
  await writeFile(garbage, 'not a certificate');
  const refusal = (changed: Record<string, string>) => openStore(at(url, { ...env, ...changed }), log);
  await expect(refusal({ COUNTERSIGN_STORE_TLS_CERT: garbage })).rejects.toThrow('COUNTERSIGN_STORE_TLS_CERT');
  await expect(refusal({ COUNTERSIGN_STORE_TLS_CA: '/nowhere.pem' })).rejects.toThrow(
    'COUNTERSIGN_STORE_TLS_CA names a file that cannot be used: /nowhere.pem (ENOENT)',
  );
  expect(exitCodeOf(await refusal({ COUNTERSIGN_STORE_TLS_CERT: garbage }).catch((error: unknown) => error))).toBe(78);
  await expect(refusal({ COUNTERSIGN_STORE_TLS_KEY: files.key })).rejects.toThrow(
    'COUNTERSIGN_STORE_TLS_KEY is not the key of COUNTERSIGN_STORE_TLS_CERT',
  );
  await server.stop();
});

// SR-86. The attack: another user of the machine reads the data folder, or puts files of their own into it.
test.each([0o755, 0o770, 0o701])('SR-86: refuses a data folder of mode %o, and names what mends it', async (mode) => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-open-'));
  try {
    await chmod(folder, mode);
    const { log } = capturedLog();
    const config = loadConfig({ COUNTERSIGN_DATA: folder });
    const failure = await openStore(config, log).catch((error: unknown) => error);
    expect(describeFailure('serve', failure)).toContain(`chmod 700 ${folder}`);
    expect(exitCodeOf(failure)).toBe(78);
    expect(await readdir(folder)).toEqual([]);
    await chmod(folder, 0o700);
    await (await openStore(config, log)).close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
