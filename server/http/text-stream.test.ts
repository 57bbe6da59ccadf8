import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { afterEach, expect, test, vi } from 'vitest';
import { capturedLog } from '../testing/captured-log.ts';
import type { AppEnv } from './context.ts';
import { textStream } from './text-stream.ts';

const { log, lines } = capturedLog();
afterEach(() => vi.restoreAllMocks());

function appThatSends(text: () => AsyncGenerator<string>) {
  const app = new Hono<AppEnv>();
  app.onError((_, c) => c.text('refused', 503));
  app.get('/', async (c) => {
    c.set('log', log);
    return c.body(await textStream(c, text()));
  });
  return app;
}

async function* failing() {
  yield 'one';
  yield 'two';
  throw new Error('the disk is on fire');
}

test('streams all pieces, also none', async () => {
  const pieces = ['one', '', 'three'];
  const all = appThatSends(async function* () {
    yield* pieces;
  });
  expect(await (await all.request('/')).text()).toBe('onethree');
  const none = appThatSends(async function* () {});
  expect(await (await none.request('/')).text()).toBe('');
});

test('SR-35: an error on the way aborts the response, and the log alone has the reason', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const server = createAdaptorServer({ fetch: appThatSends(failing).fetch }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [response] = await once(request({ port, host: '127.0.0.1' }).end(), 'response');
  let received = '';
  const read = async () => {
    for await (const piece of response) received += piece;
  };
  await expect(read()).rejects.toThrow('aborted');
  server.close();
  expect(received).not.toContain('fire');
  expect(printed).not.toHaveBeenCalled();
  expect(lines().filter(({ msg }) => msg === 'a response broke off')).toMatchObject([
    { level: 'error', err: { message: 'the disk is on fire' } },
  ]);
});

test('an error on the way keeps its reason for a reader without a socket', async () => {
  const response = await appThatSends(failing).request('/');
  await expect(response.text()).rejects.toThrow('the disk is on fire');
});

test('an error before the first piece is the caller’s, who can still refuse', async () => {
  const text = failing();
  await text.next();
  await text.next();
  expect((await appThatSends(() => text).request('/')).status).toBe(503);
});
