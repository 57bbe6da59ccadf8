import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { freePorts } from '../../testing/free-ports.ts';
import { type Product, type RedisServer, START_TIMEOUT_MS, startRedisServer } from '../../testing/redis-server.ts';
import { startSentinel } from '../../testing/sentinel.ts';
import { createTlsFiles, type TlsFiles } from '../../testing/tls-files.ts';
import { waitUntil } from '../../testing/wait-until.ts';
import { explainFailure } from './explain-failure.ts';
import { openRedisStore, type RedisStoreOptions } from './open-redis-store.ts';

const quiet = { answerTimeoutMs: START_TIMEOUT_MS, warn: () => {} };

/** Why the store does not open. */
async function refusalOf(url: string, options: Partial<RedisStoreOptions> = {}): Promise<string> {
  const opening = openRedisStore({ url, ...quiet, ...options });
  const error = await opening.catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(StoreUnavailable);
  // SR-35: nor does an error that is logged whole, with its cause, show a password.
  expect(inspect(error, { depth: Infinity })).not.toContain('canary');
  return (error as Error).message;
}

describe.each<Product>(['redis', 'valkey'])('a start that fails names its cause (%s)', (product) => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer({ product, args: ['--requirepass', 'right'] });
  });
  afterAll(async () => {
    await server?.stop();
  });

  test('a missing or wrong password, which is not shown', async () => {
    expect(await refusalOf(server.url)).toBe(`Redis cannot be reached: 127.0.0.1:${server.port}: it wants a password`);
    const message = await refusalOf(server.url.replace('//', '//:canary@'));
    expect(message).toContain(`127.0.0.1:${server.port}: user or password is wrong`);
    expect(message).not.toContain('canary');
  });

  test('a refused port, a host that is not in DNS, a socket that is not there', async () => {
    const [port] = await freePorts(1);
    expect(await refusalOf(`redis://127.0.0.1:${port}`)).toContain(`127.0.0.1:${port}: the connection was refused`);
    expect(await refusalOf('redis://redis.invalid')).toMatch(/redis\.invalid:6379: .*DNS/);
    expect(await refusalOf('unix:///nowhere/redis.sock')).toContain('/nowhere/redis.sock: there is no such socket');
  });

  test('a server that accepts connections and is silent', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    expect(await refusalOf(`redis://127.0.0.1:${port}`, { answerTimeoutMs: 300 })).toContain('it does not respond');
    // A silent Sentinel held a start without an end.
    expect(await refusalOf(`redis+sentinel://127.0.0.1:${port}/main`, { answerTimeoutMs: 300 })).toContain(
      `Sentinel 127.0.0.1:${port}: it does not respond`,
    );
    silent.close();
  });

  test('Sentinels that cannot be reached, each of them', async () => {
    const [one, other] = await freePorts(2);
    const message = await refusalOf(`redis+sentinel://127.0.0.1:${one},127.0.0.1:${other}/main`);
    expect(message).toContain(`Sentinel 127.0.0.1:${one}: the connection was refused`);
    expect(message).toContain(`Sentinel 127.0.0.1:${other}: the connection was refused`);
  });

  test('a Sentinel without that primary, with a password, and one whose primary refuses', async () => {
    const sentinel = await startSentinel(product, server.port, ['requirepass guarded']);
    const url = (name: string) => `redis+sentinel://:right@127.0.0.1:${sentinel.port}/${name}`;
    await waitUntil('the Sentinel accepts connections', async () => /password/.test(await refusalOf(url('main'))));
    expect(await refusalOf(url('main'))).toContain('set COUNTERSIGN_STORE_SENTINEL_PASSWORD');
    const access = { sentinel: { password: 'guarded' } };
    expect(await refusalOf(url('main'), { sentinel: { password: 'canary' } })).not.toContain('canary');
    expect(await refusalOf(url('other'), access)).toContain('it knows no primary named "other"');
    expect(await refusalOf(url('main').replace('right', 'wrong'), access)).toContain(
      `the primary 127.0.0.1:${server.port}, which Sentinel names: user or password is wrong`,
    );
    // A primary without a replica: the Sentinel, its password and that of the primary are right.
    const opening = openRedisStore({ url: url('main'), ...quiet, ...access });
    await expect(opening).rejects.toThrow('replicas online: 0');
    await sentinel.stop();
  });

  test('nodes of a Cluster that cannot be reached, and a server that is in none', async () => {
    expect(await refusalOf(`redis+cluster://:right@127.0.0.1:${server.port}`)).toContain('it is not in a Cluster');
    const [port] = await freePorts(1);
    expect(await refusalOf(`redis+cluster://127.0.0.1:${port}`)).toContain(`${port}: the connection was refused`);
  });
});

// SR-35. The attack: a server that does not know AUTH quotes its arguments, and the log is read by more people than the
// secret. An old Sentinel does that, and one whose AUTH was renamed.
test('a server that quotes the password in its refusal does not bring it to the log', async () => {
  const quoting = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      for (const _ of data.toString().matchAll(/^\*\d+/gm)) {
        socket.write(`-ERR unknown command 'auth', with args beginning with: 'canary' \r\n`);
      }
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => quoting.once('listening', resolve));
  const { port } = quoting.address() as { port: number };
  const messages = [
    await refusalOf(`redis://:canary@127.0.0.1:${port}`),
    await refusalOf(`redis+sentinel://127.0.0.1:${port}/main`, { sentinel: { password: 'canary' } }),
    await refusalOf(`redis+cluster://:canary@127.0.0.1:${port}`),
  ];
  for (const message of messages) {
    expect(message).toContain("unknown command 'auth'");
    expect(message).not.toContain('canary');
  }
  quoting.close();
});

// SR-50
describe('TLS to Redis', () => {
  let files: TlsFiles;
  let server: RedisServer;
  let port: number;
  beforeAll(async () => {
    files = await createTlsFiles();
    [port = 0] = await freePorts(1);
    const tls = ['--tls-port', String(port), '--tls-cert-file', files.cert, '--tls-key-file', files.key];
    server = await startRedisServer({ product: 'redis', args: [...tls, '--tls-ca-cert-file', files.ca] });
  });
  afterAll(async () => {
    await server?.stop();
    await files?.remove();
  });

  const pem = (file: string) => readFile(file);

  test('refuses a certificate of an unknown authority, and says where to name the authority', async () => {
    expect(await refusalOf(`rediss://127.0.0.1:${port}`)).toContain('name the authority in COUNTERSIGN_STORE_TLS_CA');
  });

  test('names a client certificate that is missing, and opens with it', async () => {
    const ca = await pem(files.ca);
    expect(await refusalOf(`rediss://127.0.0.1:${port}`, { tls: { ca } })).toContain('COUNTERSIGN_STORE_TLS_CERT');
    const tls = { ca, cert: await pem(files.clientCert), key: await pem(files.clientKey) };
    const store = await openRedisStore({ url: `rediss://127.0.0.1:${port}`, ...quiet, tls });
    await store.check();
    await store.close();
  });

  test('refuses a certificate for another name, unless that name is configured', async () => {
    const tls = { ca: await pem(files.ca), cert: await pem(files.clientCert), key: await pem(files.clientKey) };
    expect(await refusalOf(`rediss://localhost:${port}`, { tls })).toContain('its certificate is for another name');
    const named = { ...tls, servername: 'redis.example' };
    const store = await openRedisStore({ url: `rediss://localhost:${port}`, ...quiet, tls: named });
    await store.close();
  });

  test('names TLS where one side speaks it and the other does not', async () => {
    expect(await refusalOf(`redis://127.0.0.1:${port}`)).toMatch(/rediss:\/\//);
    expect(await refusalOf(`rediss://127.0.0.1:${server.port}`, { answerTimeoutMs: 500 })).toMatch(/TLS/);
  });
});

test('a server of a Cluster asked alone, and what is not known, are explained without a code', () => {
  expect(explainFailure(new Error('MOVED 42 10.0.0.1:6379'), false)).toContain('use redis+cluster://');
  expect(explainFailure(new Error('LOADING'), false)).toBe('LOADING');
  expect(explainFailure('nothing', false)).toBe('nothing');
});
