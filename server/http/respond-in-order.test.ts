import { setImmediate as turn } from 'node:timers/promises';
import { Hono } from 'hono';
import { afterEach, describe, expect, test } from 'vitest';
import { rawClient } from '../testing/raw-client.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { listen, type RunningServer } from './listen.ts';

let server: RunningServer;
afterEach(() => server.stop());

const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

/** Responds to each path with so many bytes, at once or later, and counts the requests. */
async function serve(bytes: number) {
  const requests: string[] = [];
  const app = new Hono()
    .get('/:n', async (c) => {
      requests.push(c.req.param('n'));
      if (requests.length % 3 === 0) await turn();
      return c.text(`${c.req.param('n')};`.padEnd(bytes, '.'));
    })
    .post('/:n', async (c) => c.text(`${c.req.param('n')};${await c.req.text()}`));
  server = await listen(app.fetch, { host: '127.0.0.1', port: 0, timeouts: { drainMs: 0, shutdownMs: 500 } });
  return requests;
}

// SR-65
describe('pipelined requests', () => {
  test('of a client that does not read are handled only as far as the kernel buffers', async () => {
    const requested = await serve(1024 * 1024);
    const client = await rawClient(server.port);
    client.socket.pause();
    client.send(Array.from({ length: 60 }, (_, n) => request(`/${n}`)).join(''));
    await waitUntil('some are answered', () => requested.length > 0);
    for (let waited = 0; waited < 200; waited++) await turn();
    expect(requested.length).toBeLessThan(20);
    client.socket.destroy();
  });

  test('beyond the bound close the connection', async () => {
    const requested = await serve(1024 * 1024);
    const client = await rawClient(server.port);
    client.socket.pause();
    client.send(request('/0').repeat(1500));
    client.socket.resume();
    await client.closed();
    expect(requested.length).toBeLessThan(20);
  });

  test('all get their responses in order if the client reads', async () => {
    await serve(2000);
    const client = await rawClient(server.port);
    const names = Array.from({ length: 300 }, (_, n) => String(n));
    for (let at = 0; at < names.length; at += 60) {
      client.send(
        names
          .slice(at, at + 60)
          .map((name) => request(`/${name}`))
          .join(''),
      );
      await client.until(new RegExp(`\\b${at + 59};`));
    }
    expect([...client.received().matchAll(/(\d+);\.+/g)].map(([, name]) => name)).toEqual(names);
    client.socket.destroy();
  });

  test('may have bodies, also in chunks', async () => {
    await serve(10);
    const client = await rawClient(server.port);
    const post = (name: string) => `POST /${name} HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n`;
    client.send(`${request('/1')}${post('2')}12345678${request('/3')}${post('4')}1234`);
    await client.until(/3;/);
    client.send(`5678${request('/5')}`);
    await client.until(/5;/);
    expect([...client.received().matchAll(/(\d);(\d*)/g)].map(([whole]) => whole)).toEqual([
      '1;',
      '2;12345678',
      '3;',
      '4;12345678',
      '5;',
    ]);
    client.socket.destroy();
  });

  test('of a disconnected client are dropped', async () => {
    const asked = await serve(4 * 1024 * 1024);
    const client = await rawClient(server.port);
    client.socket.pause();
    client.send(request('/0').repeat(50));
    await waitUntil('one is answered', () => asked.length > 0);
    client.socket.resetAndDestroy();
    await client.closed();
    const other = await rawClient(server.port);
    other.send(request('/other').replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    await other.closed();
    expect(asked.length).toBeLessThan(20);
  });
});
