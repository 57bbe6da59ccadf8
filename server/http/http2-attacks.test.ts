import { once } from 'node:events';
import { connect } from 'node:http2';
import { request as ask } from 'node:https';
import { Hono } from 'hono';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { holding } from '../testing/holding-app.ts';
import {
  abuseOf,
  END_HEADERS,
  END_STREAM,
  FRAME,
  frame,
  frameClient,
  literal,
  request,
  streams,
  uint32,
} from '../testing/http2-frames.ts';
import { getFrom, getOver } from '../testing/http2-get.ts';
import { TEST_CERTIFICATE } from '../testing/test-certificate.ts';
import { uncaughtDuring } from '../testing/uncaught-errors.ts';
import type { AppEnv } from './context.ts';
import { type ListenOptions, listen, type RunningServer } from './listen.ts';
import { bodyLimit } from './middleware/body-limit.ts';
import { onError } from './problem.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

const tls = {
  pair: { cert: Buffer.from(TEST_CERTIFICATE.cert), key: Buffer.from(TEST_CERTIFICATE.key) },
  follow: () => () => {},
};

async function serve(app: { fetch: Parameters<typeof listen>[0] }, options: Partial<ListenOptions> = {}) {
  const timeouts = { drainMs: 0, shutdownMs: 500, checkMs: 20, ...options.timeouts };
  const server = await listen(app.fetch, { host: '127.0.0.1', port: 0, tls, ...options, timeouts });
  running.push(server);
  return server;
}

const counting = () => {
  const handled = vi.fn();
  const app = new Hono<AppEnv>();
  app.onError(onError);
  app.use(bodyLimit({ maxBytes: 1000 }));
  app.all('*', async (c) => {
    handled(await c.req.text());
    return c.text(`${[...c.req.raw.headers].length}`);
  });
  return { app, handled };
};

const begin = (stream: number) => frame(FRAME.headers, END_HEADERS | END_STREAM, stream, request('/'));

describe('SR-56, SR-65: over HTTP/2, a client that begins requests and cancels them', () => {
  test.each([
    // CVE-2023-44487
    ['by resets', (stream: number) => frame(FRAME.reset, 0, stream, uint32(8))],
    // CVE-2025-8671: the server itself resets a stream whose window is changed by nothing.
    ['by windows that make the server reset them', (stream: number) => frame(FRAME.window, 0, stream, uint32(0))],
  ])('%s runs few handlers and loses its connection', async (_, cancel) => {
    const { app, state } = holding();
    const { port, url } = await serve(app);
    const client = await frameClient(port);
    for (const stream of streams(300)) client.send(begin(stream), cancel(stream));
    await client.closed();
    // Told that something was wrong, by the limit here or by Node's own.
    expect(abuseOf(client)).not.toBe(0);
    expect(state.most).toBeLessThanOrEqual(8);
    expect(state.handled).toBeLessThanOrEqual(8);
    state.release();
    expect((await getFrom(url)).body).toBe('held');
  });

  test('now and then, as browsers do, keeps it', async () => {
    const { app, state } = holding();
    const { port } = await serve(app);
    const client = await frameClient(port);
    for (const stream of streams(80)) client.send(begin(stream), frame(FRAME.reset, 0, stream, uint32(8)));
    client.send(frame(FRAME.ping, 0, 0, Buffer.alloc(8)));
    await expect.poll(() => client.received.some(({ type }) => type === FRAME.ping)).toBe(true);
    state.release();
    client.send(begin(1001));
    await expect
      .poll(() => client.received)
      .toContainEqual(expect.objectContaining({ type: FRAME.data, stream: 1001 }));
    // Those that were cancelled while they waited are not handled.
    expect(state.handled).toBeLessThanOrEqual(9);
    client.socket.destroy();
  });
});

describe('SR-65: over HTTP/2, a client that begins many requests', () => {
  test('has few of them handled at once, and all of them in the end', async () => {
    const { app, state } = holding();
    const { url } = await serve(app);
    const session = connect(url, { rejectUnauthorized: false });
    const answers = Array.from({ length: 60 }, () => getOver(session));
    await expect.poll(() => state.handled).toBe(8);
    state.release();
    expect(new Set((await Promise.all(answers)).map(({ body }) => body))).toEqual(new Set(['held']));
    expect(state.most).toBe(8);
    session.close();
  });

  test('beyond the number that it is told loses its connection', async () => {
    const { app, state } = holding();
    const { port } = await serve(app);
    const client = await frameClient(port);
    // It has acknowledged the settings, so that the number holds.
    client.send(frame(FRAME.settings, 1, 0), ...streams(150).map(begin));
    await client.closed();
    expect(state.handled).toBe(8);
    state.release();
  });

  test('beyond that number before it has acknowledged it is refused those', async () => {
    const { app, state } = holding();
    const { port } = await serve(app);
    const client = await frameClient(port);
    client.send(...streams(150).map(begin));
    await expect.poll(() => client.received.filter(({ type }) => type === FRAME.reset).length).toBe(50);
    expect(state.handled).toBe(8);
    client.socket.destroy();
    state.release();
  });

  test('and reads no response has few of them handled, and loses them', async () => {
    const handled = vi.fn();
    const app = new Hono().get('*', (c) => {
      handled();
      return c.text('x'.repeat(100_000));
    });
    const { port } = await serve(app, { timeouts: { stalledMs: 200 } });
    // A window of 0: the server may send no byte of a body.
    const client = await frameClient(port, Buffer.concat([Buffer.from([0, 4]), uint32(0)]));
    client.send(...streams(60).map(begin));
    await expect.poll(() => handled.mock.calls.length).toBe(8);
    // Pings keep the connection busy, not its streams.
    const pings = setInterval(() => client.send(frame(FRAME.ping, 0, 0, Buffer.alloc(8))), 20);
    await expect
      .poll(() => client.received.filter(({ type }) => type === FRAME.reset).length)
      .toBeGreaterThanOrEqual(8);
    clearInterval(pings);
    client.socket.destroy();
  });

  test('and reads nothing from its socket loses the connection', async () => {
    const app = new Hono().get('*', (c) => c.text('x'.repeat(4_000_000)));
    const { port } = await serve(app, { maxConnections: 1, timeouts: { stalledMs: 200, headersMs: 200 } });
    // Windows that stop no response.
    const client = await frameClient(port, Buffer.concat([Buffer.from([0, 4]), uint32(2 ** 31 - 1)]));
    client.socket.pause();
    client.send(frame(FRAME.window, 0, 0, uint32(2 ** 30)), ...streams(9).map(begin));
    // The only connection becomes free.
    const isServed = async () => {
      const outgoing = ask({ host: '127.0.0.1', port, rejectUnauthorized: false, agent: false });
      outgoing.end();
      const [incoming] = await once(outgoing, 'response');
      outgoing.destroy();
      return incoming.statusCode === 200;
    };
    await expect.poll(() => isServed().catch(() => false)).toBe(true);
    client.socket.destroy();
  });

  test('with bodies in tiny frames among ignored ones keeps little in memory', async () => {
    const { app, state } = holding();
    const { port } = await serve(app);
    const client = await frameClient(port);
    client.send(...streams(9).map((stream) => frame(FRAME.headers, END_HEADERS, stream, request('/', 'POST'))));
    await expect.poll(() => state.handled).toBe(8);
    const before = process.memoryUsage().arrayBuffers;
    const piece = (stream: number) =>
      Buffer.concat([frame(FRAME.data, 0, stream, Buffer.from('x')), frame(0xee, 0, 0, Buffer.alloc(16_000))]);
    for (let at = 0; at < 3000; at += 1) {
      if (!client.socket.write(piece(at % 2 === 0 ? 15 : 17))) await once(client.socket, 'drain');
    }
    await expect.poll(() => client.received).toContainEqual(expect.objectContaining({ type: FRAME.reset, stream: 17 }));
    await expect.poll(() => process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * 2 ** 20);
    client.socket.destroy();
    state.release();
  });
});

describe('SR-56: over HTTP/2, a slow or silent client', () => {
  const timeouts = { headersMs: 100, requestMs: 200, keepAliveMs: 300 };

  test.each([
    ['sends pings alone', () => frame(FRAME.ping, 0, 0, Buffer.alloc(8)), undefined],
    ['never ends its headers', () => Buffer.alloc(0), frame(FRAME.headers, END_STREAM, 1, literal(':method', 'GET'))],
  ])('that %s is closed', async (_, next, first) => {
    const { app, handled } = counting();
    const { port } = await serve(app, { timeouts });
    const client = await frameClient(port);
    if (first) client.send(first);
    const sending = setInterval(() => client.send(next()), 20);
    await client.closed();
    clearInterval(sending);
    expect(handled).not.toHaveBeenCalled();
  });

  test('that sends nothing after a request is closed, and so is one that begins further headers', async () => {
    const { app } = counting();
    const { port } = await serve(app, { timeouts });
    const silent = await frameClient(port);
    const begun = await frameClient(port);
    silent.send(begin(1));
    begun.send(begin(1), frame(FRAME.headers, END_STREAM, 3, literal(':method', 'GET')));
    await Promise.all([silent.closed(), begun.closed()]);
  });

  test('that trickles its body loses the request, which is not handled', async () => {
    const { app, handled } = counting();
    const { port } = await serve(app, { timeouts });
    const client = await frameClient(port);
    client.send(frame(FRAME.headers, END_HEADERS, 1, request('/', 'POST')));
    const trickle = setInterval(() => client.send(frame(FRAME.data, 0, 1, Buffer.from('x'))), 20);
    await expect.poll(() => client.received).toContainEqual(expect.objectContaining({ type: FRAME.reset, stream: 1 }));
    clearInterval(trickle);
    await client.closed();
    expect(handled).not.toHaveBeenCalled();
  });

  test('that is slow within the time is served, and a long response is not cut', async () => {
    const { app, state } = holding();
    const { url } = await serve(app, { timeouts: { ...timeouts, stalledMs: 60_000 } });
    // A busy machine may take longer than this time to send the request: it tries again.
    const untilHandled = (): ReturnType<typeof getFrom> =>
      getFrom(url).catch((error: unknown) => {
        if (state.handled > 0) throw error;
        return untilHandled();
      });
    const answer = untilHandled();
    await expect.poll(() => state.handled).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 500));
    state.release();
    expect((await answer).body).toBe('held');
  });

  test('is closed near the limit of connections, so that an active client is served', async () => {
    const { app } = counting();
    const { port, url } = await serve(app, { maxConnections: 10 });
    const idle = await Promise.all(Array.from({ length: 8 }, () => frameClient(port)));
    for (const client of idle) client.send(begin(1));
    await expect.poll(() => idle.every(({ received }) => received.some(({ type }) => type === FRAME.data))).toBe(true);
    expect((await getFrom(url)).status).toBe(200);
    await Promise.all(idle.map((client) => client.closed()));
  });
});

describe('SR-56, SR-64: over HTTP/2, headers and bodies', () => {
  test('of 16 kB are read, and larger ones are refused before the app, also compressed ones', async () => {
    const { app, handled } = counting();
    const { port, url } = await serve(app);
    const hundred = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`a${at}`, 'x'.repeat(100)]));
    expect((await getFrom(url, hundred)).body).toBe('100');
    handled.mockClear();
    // An entry of 3,968 bytes in the table (RFC 7541 6.2.1), named again and again by one byte each.
    const entry = Buffer.concat([Buffer.from([0x40, 1, 0x61, 0x7f, 0x81, 0x1e]), Buffer.alloc(3968, 'x')]);
    const block = (times: number) => Buffer.concat([request('/'), entry, Buffer.alloc(times, 0x80 | 62)]);
    const bomb = (times: number) => frame(FRAME.headers, END_HEADERS | END_STREAM, 1, block(times));
    const few = await frameClient(port);
    few.send(bomb(4));
    await few.closed();
    const [many, acknowledged] = [await frameClient(port), await frameClient(port)];
    many.send(bomb(8000));
    acknowledged.send(frame(FRAME.settings, 1, 0), bomb(4));
    for (const { received } of [many, acknowledged])
      await expect.poll(() => received).toContainEqual(expect.objectContaining({ type: FRAME.reset, stream: 1 }));
    many.socket.destroy();
    acknowledged.socket.destroy();
    expect(handled).not.toHaveBeenCalled();
  });

  // CVE-2024-27983
  test('that go on without end close the connection', async () => {
    const { app, handled } = counting();
    const { port } = await serve(app);
    const client = await frameClient(port);
    client.send(frame(FRAME.headers, END_STREAM, 1, request('/')));
    const part = Buffer.concat(Array.from({ length: 100 }, (_, at) => literal(`a${at}`, 'x')));
    for (let at = 0; at < 100; at += 1) client.send(frame(FRAME.continuation, 0, 1, part));
    await client.closed();
    expect(handled).not.toHaveBeenCalled();
  });

  test.each([
    ['a body without a length that is too large', [], [600, 600]],
    ['a body that is longer than its length', [['content-length', '3']], [600]],
    ['a body that is shorter than its length', [['content-length', '900']], [600]],
  ] as const)('refuses %s', async (_, headers, sizes) => {
    const { app, handled } = counting();
    const { port } = await serve(app);
    const client = await frameClient(port);
    client.send(
      frame(
        FRAME.headers,
        END_HEADERS,
        1,
        request('/', 'POST', ...headers.map(([n, v]) => [n, v] as [string, string])),
      ),
    );
    for (const [at, size] of sizes.entries())
      client.send(frame(FRAME.data, at === sizes.length - 1 ? END_STREAM : 0, 1, Buffer.alloc(size)));
    // Later versions of Node end the connection for some of it, instead of the stream.
    const isRefused = ({ stream, type }: { stream: number; type: number }) => stream === 1 || type === FRAME.goaway;
    await expect.poll(() => client.received.some(isRefused)).toBe(true);
    client.socket.destroy();
    expect(handled).not.toHaveBeenCalled();
  });

  test.each([
    [
      'two hosts',
      [
        ['host', 'a'],
        ['host', 'x'],
      ],
    ],
    ['a host that is not the authority', [['host', 'evil.example']]],
  ] as const)('refuses %s', async (_, headers) => {
    const { app, handled } = counting();
    const { port } = await serve(app);
    const client = await frameClient(port);
    client.send(
      frame(
        FRAME.headers,
        END_HEADERS | END_STREAM,
        1,
        request('/', 'GET', ...headers.map(([n, v]) => [n, v] as [string, string])),
      ),
    );
    await expect.poll(() => client.received.some(({ stream }) => stream === 1)).toBe(true);
    client.socket.destroy();
    expect(handled).not.toHaveBeenCalled();
  });
});

describe('SR-56: over HTTP/2, a flood', () => {
  test.each([
    ['settings', () => frame(FRAME.settings, 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(1000)]))],
    ['pings', () => frame(FRAME.ping, 0, 0, Buffer.alloc(8))],
  ])('of %s whose answers the client does not read closes its connection', async (_, next) => {
    const { app } = counting();
    const { port, url } = await serve(app);
    const client = await frameClient(port);
    client.socket.pause();
    const many = Buffer.concat(Array.from({ length: 5000 }, next));
    const ended = client.closed();
    const before = process.memoryUsage().rss;
    const flood = setInterval(
      () => client.socket.writable && client.socket.writableLength < 2 ** 20 && client.send(many),
      1,
    );
    await ended;
    clearInterval(flood);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
    expect((await getFrom(url)).status).toBe(200);
  });

  test('of empty data closes its connection', async () => {
    const { app, state } = holding();
    const { port } = await serve(app);
    const client = await frameClient(port);
    client.send(frame(FRAME.headers, END_HEADERS, 1, request('/', 'POST')));
    client.send(...Array.from({ length: 5000 }, () => frame(FRAME.data, 0, 1)));
    await client.closed();
    expect(abuseOf(client)).not.toBe(0);
    state.release();
  });

  // CVE-2025-59465: Node threw the error of the socket.
  test('of headers that cannot be decompressed, ended by a reset, ends no process', async () => {
    const { app } = counting();
    const { port, url } = await serve(app);
    const uncaught = await uncaughtDuring(async () => {
      for (let time = 0; time < 20; time += 1) {
        const client = await frameClient(port);
        client.send(frame(FRAME.headers, END_HEADERS, 1, Buffer.alloc(16_000, 0xff)));
        client.socket.destroy();
      }
      expect((await getFrom(url)).status).toBe(200);
    });
    expect(uncaught).toEqual([]);
  });
});
