import { afterEach, describe, expect, test, vi } from 'vitest';
import { appWith } from '../../testing/http-app.ts';
import { rawClient } from '../../testing/raw-client.ts';
import { listen, type RunningServer } from '../listen.ts';
import { bodyLimit } from './body-limit.ts';

const running: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

function limited(maxBytes = 100) {
  const { app } = appWith(bodyLimit({ maxBytes }));
  const reached = vi.fn();
  app.all('/', async (c) => {
    const text = await c.req.text();
    reached(text);
    return c.json({ length: text.length });
  });
  return { app, reached };
}

async function served() {
  const { app, reached } = limited(100);
  const timeouts = { drainMs: 0, shutdownMs: 2000, headersMs: 150, requestMs: 150, checkMs: 20 };
  const listening = await listen(app.fetch, { host: '127.0.0.1', port: 0, timeouts });
  running.push(listening);
  return { port: listening.port, url: listening.url, reached };
}

const stream = (chunks: string[]) => new Blob(chunks).stream();

// SR-56
describe('body limit', () => {
  test('passes a body of exactly the limit whole, and refuses one more byte', async () => {
    const { app } = limited();
    expect(await (await app.request('/', { method: 'POST', body: 'x'.repeat(100) })).json()).toEqual({ length: 100 });
    const refused = await app.request('/', { method: 'POST', body: 'x'.repeat(101) });
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ code: 'BODY_TOO_LARGE' });
  });

  test('counts bytes, not characters', async () => {
    expect((await limited().app.request('/', { method: 'POST', body: 'é'.repeat(51) })).status).toBe(413);
  });

  test.each(['1', '0', '-5', 'NaN', '1e9', '0x1'])('does not trust a length declared as %s', async (length) => {
    const { app, reached } = limited();
    const body = 'x'.repeat(500);
    const answer = await app.request('/', { method: 'POST', headers: { 'content-length': length }, body });
    expect(answer.status).toBe(413);
    expect(reached).not.toHaveBeenCalled();
  });

  test('counts a body without a length, and reads no more than the limit', async () => {
    const { app, reached } = limited();
    let taken = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        taken += 10;
        controller.enqueue(new Uint8Array(10));
      },
    });
    const init = { method: 'POST', body: endless, duplex: 'half' as const };
    expect((await app.request('/', init)).status).toBe(413);
    expect(taken).toBeLessThan(200);
    expect(reached).not.toHaveBeenCalled();
    const small = { method: 'POST', body: stream(['ab', 'cd']), duplex: 'half' as const };
    expect(await (await app.request('/', small)).json()).toEqual({ length: 4 });
  });

  test('accepts no body', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      expect(await (await limited().app.request('/', { method })).json()).toEqual({ length: 0 });
    }
  });
});

// SR-56
describe('body limit on a socket', () => {
  test('accepts bodies within it, with a length and chunked', async () => {
    const { url, port } = await served();
    expect(await (await fetch(url, { method: 'POST', body: 'hello' })).json()).toEqual({ length: 5 });
    const client = await rawClient(port);
    client.send('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n');
    client.send('3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');
    expect(await client.closed()).toContain('{"length":5}');
  });

  test('refuses a larger declared length before the body is sent', async () => {
    const { port, reached } = await served();
    const client = await rawClient(port);
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n');
    expect(await client.until(/"code":"BODY_TOO_LARGE"/)).toMatch(/^HTTP\/1\.1 413 /);
    await client.closed();
    expect(reached).not.toHaveBeenCalled();
  });

  test('refuses endless chunks and closes the connection', async () => {
    const { port, reached } = await served();
    const client = await rawClient(port);
    client.send('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    client.send(`32\r\n${'x'.repeat(50)}\r\n`.repeat(5));
    expect(await client.until(/"code":"BODY_TOO_LARGE"/)).toMatch(/^HTTP\/1\.1 413 /);
    await client.closed();
    expect(reached).not.toHaveBeenCalled();
  });

  test('times out if fewer bytes arrive than declared', async () => {
    const { port, reached } = await served();
    const client = await rawClient(port);
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nabc');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 /);
    expect(reached).not.toHaveBeenCalled();
  });

  test('does not read beyond a declared length', async () => {
    const { port, reached } = await served();
    const client = await rawClient(port);
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcPOISON');
    expect(await client.closed()).toContain('HTTP/1.1 400 ');
    for (const [text] of reached.mock.calls) expect(text).toBe('abc');
  });

  test.each([
    ['two kinds of length', 'Content-Length: 3\r\nTransfer-Encoding: chunked'],
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 4'],
    ['a signed length', 'Content-Length: +3'],
    ['another coding', 'Transfer-Encoding: gzip'],
    ['a coding after chunked', 'Transfer-Encoding: chunked, identity'],
  ])('refuses %s before any handler', async (_, header) => {
    const { port, reached } = await served();
    const client = await rawClient(port);
    client.send(`POST / HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\nabc`);
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(reached).not.toHaveBeenCalled();
  });
});
