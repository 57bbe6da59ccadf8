import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { Hono } from 'hono';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { appWith } from '../testing/http-app.ts';
import { rawClient } from '../testing/raw-client.ts';
import { askHttp1, askHttp2, changeableCertificate, openHttp2, runProgram } from '../testing/tls-clients.ts';
import { createTlsFiles, type TlsFiles } from '../testing/tls-files.ts';
import { type ListenOptions, listen, type RunningServer } from './listen.ts';
import { clientAddress } from './middleware/client-address.ts';
import { createReadiness } from './readiness.ts';

let files: TlsFiles;
let ca: Buffer;
beforeAll(async () => {
  files = await createTlsFiles();
  ca = await readFile(files.ca);
});
afterAll(() => files.remove());

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function serve(app: { fetch: Parameters<typeof listen>[0] }, options: Partial<ListenOptions> = {}) {
  const { certificate, change, followers } = await changeableCertificate(files);
  const timeouts = { drainMs: 0, shutdownMs: 2000, checkMs: 20, ...options.timeouts };
  const server = await listen(app.fetch, { host: '127.0.0.1', port: 0, tls: certificate, ...options, timeouts });
  running.push(server);
  return { ...server, change, followers };
}

const hello = () => new Hono().get('/', (c) => c.text('hello')).post('/', async (c) => c.text(await c.req.text()));

/** A route that responds on command. */
function held() {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const entered = vi.fn();
  const app = hello().get('/held', async (c) => {
    entered();
    await gate;
    return c.text('finished');
  });
  return { app, entered, release: () => release() };
}

describe('a listener with a certificate', () => {
  test.each([
    ['--http1.1', '1.1'],
    ['--http2', '2'],
    ['--http2-prior-knowledge', '2'],
    ['--no-alpn', '1.1'],
  ])('serves curl %s, which checks name and authority', async (option, version) => {
    const { port, url } = await serve(hello());
    expect(url).toBe(`https://127.0.0.1:${port}`);
    const resolve = ['--resolve', `auth.example:${port}:127.0.0.1`, '--cacert', files.ca];
    const show = ['--silent', '--show-error', '--write-out', ' %{http_version} %{ssl_verify_result}'];
    const get = await runProgram('curl', [...show, option, ...resolve, `https://auth.example:${port}/`]);
    expect(get).toEqual({ code: 0, output: `hello ${version} 0` });
    const body = 'x'.repeat(200_000);
    const args = [...show, option, ...resolve, '--data-binary', '@-', `https://auth.example:${port}/`];
    expect((await runProgram('curl', args, body)).output).toBe(`${body} ${version} 0`);
  });

  test('serves Node, over HTTP/1.1 and HTTP/2, with the address of the client', async () => {
    const { app } = appWith(clientAddress({ trustedProxies: [], header: 'x-forwarded-for' }));
    app.get('/', (c) => c.json({ address: c.get('clientAddress'), url: c.req.url, cookie: c.req.header('cookie') }));
    const { port } = await serve(app);
    const cookie = ['a=1', 'b=2'];
    const session = await openHttp2(port, ca);
    const two = await askHttp2(session, { headers: { cookie } });
    session.close();
    const one = await askHttp1(port, ca, { headers: { cookie: cookie.join('; ') } });
    const expected = { address: '127.0.0.1', url: `https://127.0.0.1:${port}/`, cookie: 'a=1; b=2' };
    expect([JSON.parse(one.body), JSON.parse(two.body)]).toEqual([expected, expected]);
  });

  test('serves large bodies and responses beside each other on one connection of HTTP/2', async () => {
    const large = 'x'.repeat(4_000_000);
    const { port } = await serve(hello().get('/large', (c) => c.text(large)));
    const session = await openHttp2(port, ca);
    const answers = await Promise.all([
      ...Array.from({ length: 6 }, () => askHttp2(session, { path: '/large' })),
      ...Array.from({ length: 6 }, () => askHttp2(session, { method: 'POST', body: large })),
      ...Array.from({ length: 6 }, () => askHttp2(session)),
    ]);
    const lengths = [4_000_000, 4_000_000, 5].flatMap((length) => Array(6).fill(length));
    expect(answers.map(({ body }) => body.length)).toEqual(lengths);
    session.close();
  });

  test('speaks TLS 1.2 and 1.3, with forward secrecy', async () => {
    const { port } = await serve(hello());
    const shake = (...options: string[]) =>
      runProgram('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-brief', ...options]);
    expect((await shake('-tls1_3')).output).toContain('Protocol version: TLSv1.3');
    expect((await shake('-tls1_2')).output).toContain('Protocol version: TLSv1.2');
    expect((await shake('-tls1_1', '-cipher', 'ALL:@SECLEVEL=0')).code).not.toBe(0);
    expect((await shake('-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-SHA')).code).not.toBe(0);
    expect((await shake('-tls1_2', '-cipher', 'AES128-GCM-SHA256')).code).not.toBe(0);
  });
});

describe('SR-56: a listener with a certificate', () => {
  test('closes a connection of plain HTTP without an answer', async () => {
    const { port } = await serve(hello());
    const client = await rawClient(port);
    client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await client.closed()).not.toContain('HTTP');
  });

  test('closes handshakes that are slow or never begin, and serves others meanwhile', async () => {
    const { port } = await serve(hello(), { timeouts: { headersMs: 300 } });
    const silent = await Promise.all(Array.from({ length: 50 }, () => rawClient(port)));
    // The first bytes of a ClientHello of 512 bytes.
    for (const client of silent.slice(25)) client.send('\x16\x03\x01\x02\x00\x01\x00\x01');
    expect((await askHttp1(port, ca)).body).toBe('hello');
    expect(silent.every(({ socket }) => !socket.destroyed)).toBe(true);
    await Promise.all(silent.map((client) => client.closed()));
  });

  test('refuses a client that renegotiates', async () => {
    const { port } = await serve(hello());
    const options = ['s_client', '-connect', `127.0.0.1:${port}`, '-tls1_2', '-no_ign_eof'];
    expect((await runProgram('openssl', options, 'R\n')).output).toMatch(/no.renegotiation/i);
  });

  test.each([
    ['that never ends its headers', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ', /^HTTP\/1\.1 408 /],
    ['with too many headers', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['with two hosts', 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 /],
  ])('treats a client of HTTP/1.1 %s as without it', async (_, text, answer) => {
    const { port } = await serve(hello(), { timeouts: { headersMs: 100 } });
    const socket = connectTls({ host: '127.0.0.1', port, ca, checkServerIdentity: () => undefined });
    let received = '';
    socket.on('data', (chunk) => {
      received += String(chunk);
    });
    socket.write(text);
    await once(socket, 'close');
    expect(received).toMatch(answer);
  });

  test('drops connections beyond the limit, during the handshake too', async () => {
    const { port } = await serve(hello(), { maxConnections: 2, timeouts: { headersMs: 200 } });
    const silent = [await rawClient(port), await rawClient(port)];
    expect(await (await rawClient(port)).closed()).toBe('');
    await Promise.all(silent.map((client) => client.closed()));
    expect((await askHttp1(port, ca)).body).toBe('hello');
  });
});

describe('a renewed certificate', () => {
  test('is shown to new connections, while requests on all connections go on', async () => {
    const { app, entered, release } = held();
    const { port, change } = await serve(app);
    const session = await openHttp2(port, ca);
    const running = askHttp2(session, { path: '/held' });
    await expect.poll(() => entered.mock.calls.length).toBeGreaterThan(0);
    const agent = new Agent({ keepAlive: true });
    let isDone = false;
    const seen = new Set<string>();
    let answered = 0;
    const count = ({ body }: { body: string }) => {
      expect(body).toBe('hello');
      answered += 1;
    };
    const load = [
      ...Array.from({ length: 4 }, () => async () => count(await askHttp2(session))),
      ...Array.from({ length: 4 }, () => async () => count(await askHttp1(port, ca, {}, agent))),
      ...Array.from({ length: 4 }, () => async () => count(await askHttp1(port, ca))),
      async () => {
        const socket = connectTls({ host: '127.0.0.1', port, ca, checkServerIdentity: () => undefined });
        await once(socket, 'secureConnect');
        seen.add(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      },
    ];
    const clients = load.map(async (ask) => {
      while (!isDone) await ask();
    });
    for (let time = 0; time < 10; time += 1) {
      const before = answered;
      await expect.poll(() => answered).toBeGreaterThan(before + 20);
      change();
    }
    await expect.poll(() => seen).toEqual(new Set(['server', 'client']));
    isDone = true;
    await Promise.all(clients);
    release();
    expect((await running).body).toBe('finished');
    session.close();
    agent.destroy();
  });

  test('is not waited for by a listener that has stopped', async () => {
    const { stop, followers } = await serve(hello());
    expect(followers()).toBe(1);
    await stop();
    expect(followers()).toBe(0);
  });
});

describe('SR-54: stopping over TLS', () => {
  test('finishes running requests of HTTP/2, takes further ones meanwhile, and then ends', async () => {
    const readiness = createReadiness();
    const { app, entered, release } = held();
    const { port, stop } = await serve(app, { readiness, timeouts: { drainMs: 500 } });
    const session = await openHttp2(port, ca);
    const goaway = vi.fn();
    session.on('goaway', goaway);
    const running = askHttp2(session, { path: '/held' });
    await expect.poll(() => entered.mock.calls.length).toBeGreaterThan(0);
    // A client that has not read the notice yet.
    const late = await openHttp2(port, ca);
    const stopped = stop();
    expect(readiness.ready).toBe(false);
    expect((await askHttp2(late)).body).toBe('hello');
    await expect.poll(() => goaway.mock.calls[0]?.slice(0, 2)).toEqual([0, 2 ** 31 - 1]);
    const other = await openHttp2(port, ca);
    const otherGoaway = vi.fn();
    other.on('goaway', otherGoaway);
    expect((await askHttp2(other)).body).toBe('hello');
    expect(otherGoaway.mock.calls[0]?.slice(0, 2)).toEqual([0, 2 ** 31 - 1]);
    // The notice of the end, by which requests are counted.
    await expect.poll(() => goaway.mock.calls.length).toBe(2);
    release();
    expect((await running).body).toBe('finished');
    await stopped;
    await expect(openHttp2(port, ca)).rejects.toThrow();
  });

  test('tells clients of HTTP/1.1 to close', async () => {
    const { port, stop } = await serve(hello(), { timeouts: { drainMs: 300 } });
    const stopped = stop();
    expect((await askHttp1(port, ca)).headers.connection).toBe('close');
    await stopped;
  });

  test('does not wait for idle connections', async () => {
    const { port, stop } = await serve(hello(), { timeouts: { shutdownMs: 60_000 } });
    const session = await openHttp2(port, ca);
    expect((await askHttp2(session)).body).toBe('hello');
    const closed = once(session, 'close');
    await stop();
    await closed;
  });

  test('ends an endless request, and a handshake, at the deadline', async () => {
    const { app, entered } = held();
    const { port, stop } = await serve(app, { timeouts: { shutdownMs: 100 } });
    const session = await openHttp2(port, ca);
    const closed = once(session, 'close');
    session.request({ ':path': '/held' });
    await expect.poll(() => entered.mock.calls.length).toBeGreaterThan(0);
    const silent = await rawClient(port);
    await stop();
    await silent.closed();
    await closed;
  });
});
