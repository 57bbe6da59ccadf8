import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { processesDocument } from '../server/operations/processes/documents.ts';
import { openRedisStore } from '../server/store/redis/open-redis-store.ts';
import { freePorts } from '../server/testing/free-ports.ts';
import { type RedisServer, startRedisServer } from '../server/testing/redis-server.ts';
import { waitUntil } from '../server/testing/wait-until.ts';
import { builtService } from './harness/built-service.ts';
import { ServiceProcess } from './harness/service-process.ts';

/** They share a Redis. */
const MASTER_KEY = randomBytes(32).toString('base64');

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedisServer({ product: 'redis' });
});
afterAll(() => redis.stop());

/** The built service with workers, as one command starts it. */
class Service extends ServiceProcess {
  readonly folder: string;
  readonly port: number;

  constructor(folder: string, port: number, settings: Record<string, string>) {
    const env = {
      PATH: process.env.PATH,
      COUNTERSIGN_DATA: folder,
      COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
      COUNTERSIGN_STORE: redis.url,
      COUNTERSIGN_MASTER_KEY: MASTER_KEY,
      COUNTERSIGN_WORKERS: '2',
      COUNTERSIGN_DRAIN_MS: '300',
      COUNTERSIGN_LOG_LEVEL: 'debug',
      ...settings,
    };
    // Every line is read.
    super(builtService(), env, Number.POSITIVE_INFINITY);
    this.folder = folder;
    this.port = port;
  }

  async start(): Promise<this> {
    await this.until('both workers serve', () => this.messages('serving').length === 2);
    return this;
  }

  async workers(): Promise<number[]> {
    const { pid } = this;
    const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.trim().split(' ').filter(Boolean).map(Number);
  }

  lines(): Record<string, unknown>[] {
    const whole = this.out.slice(0, this.out.lastIndexOf('\n'));
    return whole === '' ? [] : whole.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  messages(msg: string): Record<string, unknown>[] {
    return this.lines().filter((line) => line.msg === msg);
  }

  async exitCode(): Promise<number | null> {
    const [code] = await this.ended();
    return code;
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

const services: Service[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.remove();
});

async function launch(
  settings: Record<string, string> = {},
  port?: number,
  output: number | 'pipe' = 'pipe',
): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'cs-workers-'));
  const [free = 0] = await freePorts(1);
  const service = new Service(folder, port ?? free, settings);
  services.push(service);
  service.launch({ stdout: output });
  return service;
}

const start = async (settings?: Record<string, string>) => (await launch(settings)).start();

/** A pipe of the system: what Node makes for a child is a socket, which takes more in one piece. */
async function openPipe(): Promise<{ end: FileHandle; reader: FileHandle }> {
  const folder = await mkdtemp(join(tmpdir(), 'cs-pipe-'));
  const path = join(folder, 'log');
  execFileSync('mkfifo', [path]);
  // Also for reading, so that it opens at once. The service makes it non-blocking, but not the other.
  const end = await open(path, 'r+');
  const reader = await open(path, 'r');
  await rm(folder, { recursive: true });
  return { end, reader };
}

function status(port: number, path: string, agent?: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, agent: agent ?? false, timeout: 60_000 }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    request.once('timeout', () => request.destroy(new Error('no answer')));
    request.once('error', reject);
  });
}

/** Requests one after the other, on one connection as long as the service leaves it open. */
class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly failures: unknown[] = [];
  answers = 0;
  #isEnding = false;
  #running: Promise<void> | undefined;

  run(port: number): this {
    const loop = async () => {
      while (!this.#isEnding) {
        const answer = await status(port, '/health/ready', this.#agent).catch((error: unknown) => error);
        if (answer === 200) this.answers += 1;
        else this.failures.push(answer);
      }
    };
    this.#running = loop();
    return this;
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#running;
    this.#agent.destroy();
  }
}

test('each worker serves, and a worker that hangs holds up one connection', async () => {
  const service = await start();
  const workers = await service.workers();
  expect(workers).toHaveLength(2);
  for (const hanging of workers) {
    process.kill(hanging, 'SIGSTOP');
    let answered = 0;
    const all = Array.from({ length: 10 }, async () => {
      expect(await status(service.port, '/health/ready')).toBe(200);
      answered += 1;
    });
    // By the other, which is therefore the only one that can answer.
    await waitUntil('all but one are answered', () => answered >= 9);
    process.kill(hanging, 'SIGCONT');
    await Promise.all(all);
  }
});

test('a killed worker is replaced, and the connections of the other go on', async () => {
  const service = await start();
  const [killed = 0, other = 0] = await service.workers();
  const clients: Client[] = [];
  // One by one they are handed over in turn: two to each. Of four that connect together, a worker often gets three.
  for (let count = 0; count < 4; count++) {
    const client = new Client().run(service.port);
    await waitUntil('it is served', () => client.answers > 0);
    clients.push(client);
  }
  process.kill(killed, 'SIGSTOP');
  const before = clients.map(({ answers }) => answers);
  const ofOther = () => clients.filter(({ answers }, at) => answers > (before[at] ?? 0) + 20);
  await waitUntil('half of them go on', () => ofOther().length === 2);
  const unharmed = ofOther();
  process.kill(killed, 'SIGKILL');
  await waitUntil('a third worker serves', () => service.messages('serving').length === 3);
  await Promise.all(clients.map((client) => client.end()));
  expect(unharmed.flatMap(({ failures }) => failures)).toEqual([]);
  // Each of the others may lose its request in flight, and one of them also the connection handed to the dead worker next.
  const harmed = clients.map(({ failures }) => failures.map((failure) => (failure as NodeJS.ErrnoException).code));
  for (const codes of harmed) expect(['', 'ECONNRESET', 'ECONNRESET,ECONNRESET']).toContain(codes.join());
  expect(harmed.flat().length).toBeLessThanOrEqual(3);
  const workers = await service.workers();
  expect(workers).toHaveLength(2);
  expect(workers).toContain(other);
  expect(workers).not.toContain(killed);
  expect(service.messages('a worker ended and is started again')).toMatchObject([{ signal: 'SIGKILL', failures: 1 }]);
});

test('a connection that was handed to a worker and never accepted ends with the worker', async () => {
  const service = await start();
  const [killed = 0] = await service.workers();
  process.kill(killed, 'SIGSTOP');
  const answers = Array.from({ length: 10 }, () => status(service.port, '/health/ready').catch((error) => error.code));
  let answered = 0;
  for (const answer of answers) void answer.then(() => answered++);
  await waitUntil('the other worker has answered the rest', () => answered === 9);
  process.kill(killed, 'SIGKILL');
  // Not `no answer`, which has no code: the client need not wait for its own limit.
  expect((await Promise.all(answers)).filter((answer) => answer !== 200)).toEqual(['ECONNRESET']);
});

test('SIGHUP replaces every worker without a failed request, ready all the time', async () => {
  const service = await start();
  const before = await service.workers();
  const clients = Array.from({ length: 6 }, () => new Client().run(service.port));
  service.signal('SIGHUP');
  await waitUntil('both are replaced and gone', async () => {
    const now = await service.workers();
    return service.messages('serving').length === 4 && !now.some((pid) => before.includes(pid));
  });
  await Promise.all(clients.map((client) => client.end()));
  expect(clients.flatMap(({ failures }) => failures)).toEqual([]);
  for (const { answers } of clients) expect(answers).toBeGreaterThan(0);
  expect(await service.workers()).toHaveLength(2);
  expect(service.messages('a worker ended and is started again')).toEqual([]);
});

test('the metrics are those of all workers, and do not fall when workers are replaced or killed', async () => {
  const [port = 0] = await freePorts(1);
  const service = await start({ COUNTERSIGN_METRICS_LISTEN: `127.0.0.1:${port}` });
  const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const requests = async () =>
    Number(/^countersign_http_requests_total\{route="\/health\/live".*\} (\d+)$/m.exec(await scrape())?.[1] ?? 0);
  const ask = async (times: number) => {
    for (let count = 0; count < times; count++) expect(await status(service.port, '/health/live')).toBe(200);
  };
  await ask(6);
  expect(await requests()).toBe(6);
  expect(await scrape()).toMatch(/^countersign_ready 1$/m);
  service.signal('SIGHUP');
  await waitUntil('both are replaced', () => service.messages('stopped').length === 2);
  await ask(4);
  await waitUntil('all are counted', async () => (await requests()) === 10);
  const [killed = 0] = await service.workers();
  process.kill(killed, 'SIGKILL');
  await waitUntil('another serves', () => service.messages('serving').length === 5);
  // The killed one had reported at the last scrape.
  expect(await requests()).toBe(10);
  service.signal('SIGTERM');
  expect(await service.exitCode()).toBe(0);
});

test('SIGTERM finishes the requests in flight of every worker and ends with 0', async () => {
  const service = await start();
  const workers = await service.workers();
  const sockets: Socket[] = [];
  // Connections are handed over in turn: two for each.
  for (let count = 0; count < 4; count++) {
    const socket = connect(service.port, '127.0.0.1');
    socket.write('POST /v1/results/consume HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n');
    socket.write('content-length: 2\r\nexpect: 100-continue\r\n\r\n');
    // "100 Continue": the request has begun.
    await once(socket, 'data');
    sockets.push(socket);
  }
  service.signal('SIGTERM');
  await waitUntil('both are stopping', () => service.messages('stopping').length === 2);
  // Once more, as if a service manager had signalled the `countersign` command too, which passes it on.
  service.signal('SIGTERM');
  for (const socket of sockets) {
    const answered = once(socket, 'data') as Promise<[Buffer]>;
    socket.write('{}');
    const [bytes] = await answered;
    expect(bytes.toString()).toMatch(/^HTTP\/1\.1 401 /);
    expect(bytes.toString()).toMatch(/connection: close/i);
  }
  expect(await service.exitCode()).toBe(0);
  for (const pid of workers) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(service.messages('stopped')).toHaveLength(2);
});

test('a start that fails is told once and not repeated', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const store = await openRedisStore({ url: redis.url });
  const records = async () => {
    const [registry] = await store.getMany([processesDocument.key()], 0);
    return Object.keys(registry?.value.processes ?? {});
  };
  const before = await records();
  const service = await launch({}, port);
  expect(await service.exitCode()).toBe(1);
  taken.close();
  expect(service.err.match(/could not start/g)).toHaveLength(1);
  expect(service.err).toContain(`another program uses port ${port} of 127.0.0.1.`);
  // Its record would hold up a start with another master key.
  expect(before).toEqual(expect.arrayContaining(await records()));
  await store.close();

  const embedded = await launch({ COUNTERSIGN_STORE: 'embedded' });
  expect(await embedded.exitCode()).toBe(78);
  expect(embedded.err.trim().split('\n')).toEqual([
    'the configuration is not valid:',
    '  COUNTERSIGN_WORKERS must be 1 or auto with the embedded store',
  ]);
});

test('one worker has the operator socket, another takes it over, and the setup is announced once', async () => {
  const service = await start();
  const path = join(service.folder, 'operator.sock');
  const isServed = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(path, () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  await waitUntil('the socket is served', isServed);
  let expected = 2;
  for (const pid of await service.workers()) {
    process.kill(pid, 'SIGKILL');
    expected += 1;
    await waitUntil('it is replaced', () => service.messages('serving').length === expected);
    await waitUntil('the socket is served again', isServed);
  }
  service.signal('SIGTERM');
  expect(await service.exitCode()).toBe(0);
  const announced = service.lines().filter(({ msg }) => String(msg).startsWith('there is no account yet'));
  expect(announced).toHaveLength(1);
});

// SR-36. The attack: requests fill the pipe of the log, so that a line is cut there and another process writes into it.
test('lines of several workers do not mix in a pipe that is read slowly', async () => {
  const { end, reader } = await openPipe();
  const service = await launch({}, undefined, end.fd);
  const readSome = async () => {
    const { bytesRead, buffer } = await reader.read(Buffer.alloc(65_536));
    service.out += buffer.toString('latin1', 0, bytesRead);
  };
  while (service.messages('serving').length < 2) await readSome();
  const clients = Array.from({ length: 8 }, () => new Client().run(service.port));
  const answered = () => clients.reduce((sum, { answers }) => sum + answers, 0);
  for (let round = 0; round < 10; round++) {
    const before = answered();
    // More lines than a pipe takes.
    await waitUntil('the pipe is full', () => answered() > before + 400);
    await readSome();
  }
  await Promise.all(clients.map((client) => client.end()));
  service.signal('SIGTERM');
  const ended = service.exitCode().then((code) => end.write('{"msg":"ended"}\n').then(() => code));
  while (service.messages('ended').length === 0) await readSome();
  expect(await ended).toBe(0);
  await Promise.all([end.close(), reader.close()]);
  // Each was parsed.
  expect(service.messages('request').length).toBeGreaterThan(2000);
});

test('the workers end when the primary process is killed', async () => {
  const service = await start();
  const workers = await service.workers();
  service.signal('SIGKILL');
  await service.ended();
  for (const pid of workers)
    await waitUntil('it has ended', () => {
      try {
        return process.kill(pid, 0) && false;
      } catch {
        return true;
      }
    });
});
