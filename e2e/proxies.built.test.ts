import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePorts } from '../server/testing/free-ports.ts';
import { type ProxyProgram, type RealProxy, runProxy } from '../server/testing/real-proxies.ts';
import { type RedisServer, startRedisServer } from '../server/testing/redis-server.ts';
import { createTlsFiles, type TlsFiles } from '../server/testing/tls-files.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { builtService } from './harness/built-service.ts';

// Two restarts of a process under load, behind each proxy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const HOST = 'auth.example';
const FOLDER = resolve(import.meta.dirname, '../deploy/proxy');
const INSIDE = '10.0.0.0/8';
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
      COUNTERSIGN_URL: `https://${HOST}`,
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
  // HAProxy takes certificate and key from one file.
  await writeFile(join(folder, 'both.pem'), (await readFile(files.cert, 'utf8')) + (await readFile(files.key, 'utf8')));
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

/** The file that operators copy, with this machine's ports and certificate. */
async function startExample(program: ProxyProgram, name: string, inside: string): Promise<Example> {
  const [port = 0] = await freePorts(1);
  let text = await readFile(join(FOLDER, name), 'utf8');
  const replace = (from: string, to: string) => {
    expect(text, name).toContain(from);
    text = text.replaceAll(from, to);
  };
  for (const [at, service] of services.entries()) {
    replace(`127.0.0.1:${8081 + at}`, `127.0.0.1:${service.port}`);
    replace(`127.0.0.1:${9081 + at}`, `127.0.0.1:${service.adminPort}`);
  }
  replace(INSIDE, inside);
  if (program === 'haproxy') {
    replace('bind :443', `bind 127.0.0.1:${port}`);
    replace('/etc/haproxy/auth.example.pem', join(folder, 'both.pem'));
  } else {
    replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`);
    replace('/etc/nginx/auth.example.pem', files.cert);
    replace('/etc/nginx/auth.example.key', files.key);
  }
  const configure = (own: string) => (program === 'haproxy' ? text : nginxMain(own, text));
  const isUp = async () => (await ask(port, 'GET', '/health/ready').catch(() => undefined))?.status === 200;
  const proxy = await runProxy(program, configure, port, isUp);
  return {
    ...proxy,
    async setDown(service, isDown) {
      if (program === 'haproxy') return;
      for (const address of [`127.0.0.1:${service.port}`, `127.0.0.1:${service.adminPort}`]) {
        if (isDown) replace(`server ${address} `, `server ${address} down `);
        else replace(`server ${address} down `, `server ${address} `);
      }
      await proxy.reload(configure);
    },
  };
}

interface Example extends RealProxy {
  /** What the file tells an operator of nginx to do before and after a restart. HAProxy finds out by itself. */
  setDown(service: Service, isDown: boolean): Promise<void>;
}

/** Debian's nginx.conf, which includes the file, in short. */
function nginxMain(own: string, text: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = kinds.map((kind) => `${kind}_temp_path ${own}/${kind};`).join(' ');
  const http = `http { access_log off; ${temporary}\n${text}\n}`;
  return `daemon off; worker_processes 1; pid ${own}/pid; error_log stderr; events {} ${http}`;
}

/** The proxy closed an idle connection just as a request was sent on it. */
class ConnectionClosed extends Error {}

interface Answer {
  status: number;
  text: string;
}

function ask(port: number, method: string, path: string, body?: object, agent?: Agent): Promise<Answer> {
  return new Promise((done, fail) => {
    const headers = {
      host: HOST,
      authorization: `Bearer ${key}`,
      // What an attacker sends; the proxy has to replace it.
      'x-forwarded-for': '198.51.100.66',
      ...(body && { 'content-type': 'application/json' }),
    };
    const options = { host: '127.0.0.1', port, ca, method, path, headers, ...(agent && { agent }) };
    let hasAnswer = false;
    const sent = request(options, (response) => {
      hasAnswer = true;
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, text }));
      response.on('error', fail);
    });
    // As browsers do with a connection that was open before, and was closed before a byte of the response came.
    sent.on('error', (error) =>
      sent.reusedSocket && !hasAnswer ? fail(new ConnectionClosed(error.message)) : fail(error),
    );
    sent.end(body && JSON.stringify(body));
  });
}

describe.each<[ProxyProgram, string]>([
  ['haproxy', 'haproxy.cfg'],
  ['nginx', 'nginx.conf'],
])('%s, configured as in deploy/proxy', (program, name) => {
  test('leads administrators to the console, and others to the sign-in alone', async () => {
    const inside = await startExample(program, name, '127.0.0.0/8');
    expect((await ask(inside.port, 'GET', '/console')).status).toBe(200);
    expect((await ask(inside.port, 'GET', '/v1/users')).status).toBe(200);
    await inside.stop();
    const outside = await startExample(program, name, INSIDE);
    // SR-27. The attack: a stolen key, from the internet.
    for (const path of ['/console', '/v1/users', '/v1/./users', '//v1/users', '/v1/%75sers']) {
      expect([path, (await ask(outside.port, 'GET', path)).status]).toEqual([path, 404]);
    }
    expect((await ask(outside.port, 'GET', '/widget/v1/countersign.js')).status).toBe(200);
    await outside.stop();
  });

  test('turns away a flood of one address', async () => {
    const proxy = await startExample(program, name, INSIDE);
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
    const proxy = await startExample(program, name, INSIDE);
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
