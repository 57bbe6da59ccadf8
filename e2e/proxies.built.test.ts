import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../server/testing/free-ports.ts';
import type { ProxyProgram } from '../server/testing/real-proxies.ts';
import { type RedisServer, startRedisServer } from '../server/testing/redis-server.ts';
import { createTlsFiles, type TlsFiles } from '../server/testing/tls-files.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { builtService } from './harness/built-service.ts';
import { askProxy, ConnectionClosed, INSIDE, PROXY_HOST, startExampleProxy } from './harness/example-proxy.ts';

const CLIENTS = 6;
const entry = builtService();

/** One of the two processes, with its ports. */
class Service {
  readonly port: number;
  readonly adminPort: number;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #out = '';

  constructor(folder: string, [port = 0, adminPort = 0]: readonly number[]) {
    this.port = port;
    this.adminPort = adminPort;
    this.#env = {
      PATH: process.env.PATH,
      COUNTERSIGN_URL: `https://${PROXY_HOST}`,
      COUNTERSIGN_DATA: folder,
      COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
      COUNTERSIGN_ADMIN_LISTEN: `127.0.0.1:${adminPort}`,
      COUNTERSIGN_TRUSTED_PROXIES: '127.0.0.1',
      COUNTERSIGN_STORE: redis.url,
      COUNTERSIGN_MASTER_KEY: MASTER_KEY,
      COUNTERSIGN_DRAIN_MS: '3000',
    };
  }

  async start(): Promise<void> {
    this.#out = '';
    const child = spawn(process.execPath, [entry, 'serve'], { env: this.#env, stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#out += text;
    });
    await waitUntil('a process serves', () => {
      if (child.exitCode !== null) throw new Error(`a process ended: ${this.#out}`);
      return this.#out.includes('"msg":"serving"');
    });
  }

  /** SIGTERM, as a rolling restart sends it. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  }

  /** The requests since its start, which the proxy led to it. */
  get requests(): number {
    return this.#out.split('"path":"/v1/login-requests"').length - 1;
  }

  /** The addresses that it took for those of clients, since its start. */
  get clients(): Set<string | undefined> {
    return new Set(
      [...this.#out.matchAll(/"path":"\/v1\/login-requests".*?"client":"([^"]*)"/g)].map(([, one]) => one),
    );
  }

  async setUp(): Promise<string> {
    const args = [entry, 'setup', '--name', 'Example'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: this.#env });
    return /csk_\w+/.exec(stdout)?.[0] ?? '';
  }
}

const MASTER_KEY = randomBytes(32).toString('base64');
let folder: string;
let redis: RedisServer;
let files: TlsFiles;
let ca: Buffer;
let key: string;
const services: Service[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cs-proxies-'));
  [redis, files] = await Promise.all([startRedisServer({ product: 'redis' }), createTlsFiles()]);
  ca = await readFile(files.ca);
  for (const name of ['one', 'two']) services.push(new Service(join(folder, name), await freePorts(2)));
  const [first] = services;
  key = (await first?.setUp()) ?? '';
  for (const service of services) await service.start();
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await redis?.stop();
  await files?.remove();
  await rm(folder, { recursive: true, force: true });
});

/** Before both services. */
const startExample = (program: ProxyProgram, inside: string) =>
  startExampleProxy(program, { processes: services, inside, files });

const ask = (port: number, method: string, path: string, body?: object, agent?: Agent) =>
  askProxy({ port, ca, key, agent }, method, path, body);

describe.each<ProxyProgram>(['haproxy', 'nginx'])('%s, configured as in deploy/proxy', (program) => {
  test('leads administrators to the console, and others to the sign-in alone', async () => {
    const inside = await startExample(program, '127.0.0.0/8');
    expect((await ask(inside.port, 'GET', '/console')).status).toBe(200);
    expect((await ask(inside.port, 'GET', '/v1/users')).status).toBe(200);
    await inside.stop();
    const outside = await startExample(program, INSIDE);
    // SR-27. The attack: a stolen key, from the internet.
    for (const path of ['/console', '/v1/users', '/v1/./users', '//v1/users', '/v1/%75sers']) {
      expect([path, (await ask(outside.port, 'GET', path)).status]).toEqual([path, 404]);
    }
    expect((await ask(outside.port, 'GET', '/widget/v1/countersign.js')).status).toBe(200);
    await outside.stop();
  });

  test('turns away a flood of one address', async () => {
    const proxy = await startExample(program, INSIDE);
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const flood = Array.from({ length: 500 }, () => ask(proxy.port, 'GET', '/widget/v1/none', undefined, agent));
    const statuses = (await Promise.all(flood)).map(({ status }) => status);
    agent.destroy();
    expect(new Set(statuses)).toEqual(new Set([404, 429]));
    expect(statuses.filter((status) => status === 404).length).toBeGreaterThanOrEqual(150);
    // What the backends of sites call is not affected.
    expect((await ask(proxy.port, 'GET', '/.well-known/jwks.json')).status).toBe(200);
    await proxy.stop();
  });

  test('loses no request in a rolling restart under load', async () => {
    const [user, resource] = await person();
    const proxy = await startExample(program, INSIDE);
    let isOver = false;
    let closed = 0;
    const failures: unknown[] = [];
    const accepted: string[] = [];
    const client = async () => {
      const agent = new Agent({ keepAlive: true });
      while (!isOver) {
        const nonce = randomBytes(16).toString('hex');
        const body = { user, resource, nonce, passwordChecked: true };
        try {
          const answer = await ask(proxy.port, 'POST', '/v1/login-requests', body, agent);
          if (answer.status === 201) accepted.push(answer.text);
          else failures.push(answer);
        } catch (error) {
          if (error instanceof ConnectionClosed) closed += 1;
          else failures.push(error);
        }
      }
      agent.destroy();
    };
    const clients = Array.from({ length: CLIENTS }, client);
    for (const service of services) {
      await proxy.setDown(service, true);
      await service.stop();
      await service.start();
      await proxy.setDown(service, false);
      await waitUntil('the proxy leads requests to it again', () => service.requests > 20);
    }
    isOver = true;
    await Promise.all(clients);
    await proxy.stop();
    expect(failures).toEqual([]);
    // nginx closes idle connections when it reads its file again, at most one of each client; HAProxy need not.
    expect(closed).toBeLessThanOrEqual(program === 'nginx' ? 4 * CLIENTS : 0);
    expect(accepted.length).toBeGreaterThan(200);
    expect(new Set(accepted).size).toBe(accepted.length);
    for (const service of services) expect(service.clients).toEqual(new Set(['127.0.0.1']));
  });
});

/** A user with a token at a resource, made through the listener for the administration. */
async function person(): Promise<[user: string, resource: string]> {
  const create = async <T>(path: string, body: object) => {
    const answer = await fetch(`http://127.0.0.1:${services[0]?.adminPort}/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${text}`);
    return JSON.parse(text) as T;
  };
  const name = randomBytes(6).toString('hex');
  const { id: resource } = await create<{ id: string }>('/resources', { name });
  const { id: user } = await create<{ id: string }>('/users', { login: name });
  const { token } = await create<{ token: { id: string } }>('/tokens', { name, kind: 'totp', owner: user });
  await create('/assignments', { resource, user, token: token.id });
  return [user, resource];
}
