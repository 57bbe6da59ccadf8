import { createServer } from 'node:net';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { appWith } from '../testing/http-app.ts';
import { rawClient } from '../testing/raw-client.ts';
import { serverOf } from '../testing/server-of.ts';
import { uncaughtDuring } from '../testing/uncaught-errors.ts';
import { type ListenOptions, listen, type RunningServer } from './listen.ts';
import { createReadiness } from './readiness.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function serve(app: { fetch: Parameters<typeof listen>[0] }, options: Partial<ListenOptions> = {}) {
  const listening = await listen(app.fetch, {
    host: '127.0.0.1',
    port: 0,
    ...options,
    timeouts: { drainMs: 0, shutdownMs: 2000, checkMs: 20, ...options.timeouts },
  });
  running.push(listening);
  return listening;
}

const hello = () => new Hono().get('/', (c) => c.text('hello')).post('/', async (c) => c.text(await c.req.text()));

/** A route that responds on command. */
function held() {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const entered = vi.fn();
  const app = new Hono().get('/held', async (c) => {
    entered();
    await gate;
    return c.text('finished');
  });
  return { app, entered, release: () => release() };
}

describe('listening', () => {
  test('reports its address and serves there', async () => {
    const { url, port } = await serve(hello());
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(await (await fetch(url)).text()).toBe('hello');
  });

  test('fails on a port in use', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen({ host: '127.0.0.1', port: 0 }, resolve));
    const { port } = squatter.address() as { port: number };
    await expect(serve(hello(), { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((resolve) => squatter.close(resolve));
  });

  test.each(['Host: a b', 'Host: [', 'Host: user@x', 'Host: x/y'])(
    'responds to %s with a coded refusal',
    async (host) => {
      const { port } = await serve(hello());
      const client = await rawClient(port);
      client.send(`GET / HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`);
      const answer = await client.closed();
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('"code":"INPUT_INVALID"');
    },
  );

  // SR-64
  test.each([
    ['two that differ', 'Host: auth.example\r\nX-Between: x\r\nhost: evil.example\r\n'],
    ['two that agree', 'Host: auth.example\r\nHost: auth.example\r\n'],
    ['an empty one', 'Host:\r\n'],
    ['an empty one after another', 'Host: auth.example\r\nHost: \r\n'],
    ['none', ''],
  ])('refuses the Host headers %s', async (_, hosts) => {
    const { port } = await serve(hello());
    const client = await rawClient(port);
    client.send(`GET / HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('accepts HTTP/1.0 without a host, as in health checks of proxies', async () => {
    const { port } = await serve(hello());
    const client = await rawClient(port);
    client.send('GET / HTTP/1.0\r\n\r\n');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 /);
  });

  // SR-64
  test('reads every header that fits into 16 kB', async () => {
    const { port } = await serve(
      new Hono().get('/', (c) => c.text(`${[...c.req.raw.headers].length} ${c.req.header('x-last')}`)),
    );
    const client = await rawClient(port);
    const many = Array.from({ length: 1500 }, (_, at) => `a${at}:\r\n`).join('');
    client.send(`GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${many}X-Last: here\r\n\r\n`);
    expect(await client.closed()).toMatch(/\r\n\r\n1503 here$/);
  });

  // SR-59
  test('hides a failure outside the app from the client', async () => {
    const onFault = vi.fn();
    const app = { fetch: () => Promise.reject(new Error('canary')) };
    const { url } = await serve(app, { onFault });
    const answer = await fetch(url);
    expect(answer.status).toBe(500);
    const body = await answer.text();
    expect(JSON.parse(body)).toMatchObject({ code: 'INTERNAL' });
    expect(body).not.toContain('canary');
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(onFault).toHaveBeenCalledTimes(1);
  });
});

// SR-56
describe('slow and silent clients', () => {
  test('closes one that never finishes its headers', async () => {
    const { port } = await serve(hello(), { timeouts: { headersMs: 60, requestMs: 10_000 } });
    const client = await rawClient(port);
    client.send('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('closes one that sends nothing', async () => {
    const { port } = await serve(hello(), { timeouts: { headersMs: 60, requestMs: 10_000 } });
    const client = await rawClient(port);
    await client.closed();
  });

  test('closes one that trickles its body, and never runs its request', async () => {
    const ran = vi.fn();
    const app = new Hono().post('/', async (c) => {
      await c.req.text();
      ran();
      return c.text('');
    });
    app.onError((_, c) => c.text('', 500));
    const { port } = await serve(app, { timeouts: { headersMs: 60, requestMs: 120 } });
    const client = await rawClient(port);
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 /);
    expect(ran).not.toHaveBeenCalled();
  });

  test('closes one that does not read its response', async () => {
    const big = 'x'.repeat(32 * 1024 * 1024);
    const app = new Hono().get('/', (c) => c.text(big));
    const { port } = await serve(app, { timeouts: { stalledMs: 100 } });
    const client = await rawClient(port);
    client.socket.pause();
    client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    // It reads on only after the server has given up; most of the response never came.
    await expect.poll(() => connections(port), { interval: 20 }).toBe(0);
    client.socket.resume();
    expect((await client.closed()).length).toBeLessThan(big.length);
  });

  test('closes idle ones near the limit, so that an active client is served', async () => {
    const { port, url } = await serve(hello(), { maxConnections: 10 });
    const idle = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const client = await rawClient(port);
        client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
        await client.until(/hello$/);
        return client;
      }),
    );
    expect(await (await fetch(url)).text()).toBe('hello');
    await Promise.all(idle.map((client) => client.closed()));
  });

  test.each([
    ['alone', false],
    ['as a worker, which would be offered what it does not take again and again', true],
  ])('drops connections beyond the limit %s, and accepts again below it', async (_, isWorker) => {
    const timeouts = { headersMs: 150, requestMs: 150 };
    const { port } = await serve(hello(), { maxConnections: 2, timeouts, isWorker });
    const silent = [await rawClient(port), await rawClient(port)];
    const third = await rawClient(port);
    expect(await third.closed()).toBe('');
    await Promise.all(silent.map((client) => client.closed()));
    const later = await rawClient(port);
    later.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await later.closed()).toContain('hello');
  });

  test('refuses endless headers', async () => {
    const { port } = await serve(hello());
    const client = await rawClient(port);
    client.send(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 431 /);
  });

  /** Open connections of the server on this port, as the kernel counts them. */
  async function connections(port: number): Promise<number> {
    const { readFile } = await import('node:fs/promises');
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    const table = await readFile('/proc/net/tcp', 'utf8');
    return table.split('\n').filter((line) => new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} \\S+ 01 `).test(line)).length;
  }
});

// SR-54
describe('stopping', () => {
  test('fails readiness first, then finishes running requests, then ends', async () => {
    const readiness = createReadiness();
    const { app, entered, release } = held();
    const { url, stop } = await serve(app, { readiness });
    const answer = fetch(`${url}/held`);
    await expect.poll(() => entered.mock.calls.length).toBeGreaterThan(0);
    const ended = vi.fn();
    const stopped = stop().then(ended);
    expect(readiness.ready).toBe(false);
    await expect(fetch(url)).rejects.toThrow();
    expect(ended).not.toHaveBeenCalled();
    release();
    const finished = await answer;
    expect(finished.status).toBe(200);
    expect(await finished.text()).toBe('finished');
    expect(finished.headers.get('connection')).toBe('close');
    await stopped;
  });

  test('keeps serving while a load balancer reacts, and asks clients to close', async () => {
    const readiness = createReadiness();
    const { url, stop } = await serve(hello(), { readiness, timeouts: { drainMs: 300 } });
    const stopped = stop();
    expect(readiness.ready).toBe(false);
    const answer = await fetch(url);
    expect(await answer.text()).toBe('hello');
    expect(answer.headers.get('connection')).toBe('close');
    await stopped;
    await expect(fetch(url)).rejects.toThrow();
  });

  test('stays ready when another process serves the address already', async () => {
    const readiness = createReadiness();
    const { url, stop } = await serve(hello(), { readiness, timeouts: { drainMs: 300 } });
    const stopped = stop(true);
    expect(readiness.ready).toBe(true);
    const answer = await fetch(url);
    expect(answer.headers.get('connection')).toBe('close');
    // A service that is ended meanwhile is not.
    void stop();
    expect(readiness.ready).toBe(false);
    await stopped;
  });

  test('does not wait for idle connections', async () => {
    const { port, stop } = await serve(hello(), { timeouts: { keepAliveMs: 60_000, shutdownMs: 60_000 } });
    const client = await rawClient(port);
    client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.until(/hello$/);
    await stop();
    await client.closed();
  });

  test('ends an endless request at the deadline', async () => {
    const { app, entered } = held();
    const { port, stop } = await serve(app, { timeouts: { shutdownMs: 100 } });
    const client = await rawClient(port);
    client.send('GET /held HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => entered.mock.calls.length).toBeGreaterThan(0);
    await stop();
    expect(await client.closed()).toBe('');
  });

  test('is idempotent', async () => {
    const { stop } = await serve(hello());
    const first = stop();
    expect(stop()).toBe(first);
    await first;
  });

  test('under load loses no request if clients stop sending after readiness has failed', async () => {
    const { app } = appWith();
    app.get('/', (c) => c.text('whole'));
    const readiness = createReadiness();
    // As long as a busy machine needs for the last ones.
    const { url, stop } = await serve(app, { readiness, timeouts: { drainMs: 5_000 } });
    let stopping: Promise<void> | undefined;
    let answered = 0;
    const balanced = async () => {
      let late = 0;
      while (readiness.ready || late++ < 3) {
        const answer = await fetch(url);
        expect(await answer.text()).toBe('whole');
        answered += 1;
        if (answered === 200) stopping = stop();
      }
    };
    await Promise.all(Array.from({ length: 16 }, balanced));
    await stopping;
    expect(answered).toBeGreaterThan(200);
    await expect(fetch(url)).rejects.toThrow();
  });
});

// SR-56: an error ends a connection or a response, never the process.
describe('SR-56: an error', () => {
  const fault = new Error('planted');

  // The attack: so many connections that the system has no file left for the next one, and Node reports that.
  test('of a connection that cannot be accepted is reported, and the next one is served', async () => {
    const onFault = vi.fn();
    const { url } = await serve(hello(), { onFault });
    const server = await serverOf(async () => (await fetch(url)).text());
    for (let time = 0; time < 2; time++) expect(() => server?.emit('error', fault)).not.toThrow();
    expect(onFault.mock.calls).toEqual([[fault], [fault]]);
    expect(await (await fetch(url)).text()).toBe('hello');
  });

  test('of a response that has ended already is reported', async () => {
    const onFault = vi.fn();
    const app = new Hono<{ Bindings: { outgoing: NodeJS.WritableStream } }>().get('/late', async (c) => {
      c.env.outgoing.end('ended');
      c.env.outgoing.write('late');
      return RESPONSE_ALREADY_SENT;
    });
    const { url } = await serve(app, { onFault });
    const uncaught = await uncaughtDuring(async () => expect(await (await fetch(`${url}/late`)).text()).toBe('ended'));
    expect(uncaught).toEqual([]);
    expect(onFault).toHaveBeenCalledWith(expect.objectContaining({ code: 'ERR_STREAM_WRITE_AFTER_END' }));
  });

  test('of a response that cannot be written is reported, and its connection is closed', async () => {
    const onFault = vi.fn();
    const { url } = await serve({ fetch: () => new Response('x', { headers: { 'x-name': 'a\nb' } }) }, { onFault });
    const uncaught = await uncaughtDuring(() => expect(fetch(url)).rejects.toThrow());
    expect(uncaught).toEqual([]);
    expect(onFault).toHaveBeenCalledWith(expect.objectContaining({ code: 'ERR_INVALID_CHAR' }));
  });
});
