import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askRangeService } from './range-service.ts';

// SHA-1 of "password" is 5BAA6 1E4C9B93F3F0682250B6CF8331B7EE68FD8.
const REST = '1E4C9B93F3F0682250B6CF8331B7EE68FD8';
const OTHER = '0'.repeat(35);

let server: Server;
let reply: { status: number; body: string; location?: string } | undefined;
let requests: { path: string | undefined; padding: string | string[] | undefined }[];
let service: ReturnType<typeof askRangeService>;

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push({ path: request.url, padding: request.headers['add-padding'] });
    if (!reply) return;
    response.writeHead(reply.status, reply.location === undefined ? {} : { location: reply.location });
    response.end(reply.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  service = askRangeService({ url: `http://127.0.0.1:${port}/range/` });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

// SR-35
test('the service learns five digits of the hash, and the length of its answer says no more', async () => {
  reply = { status: 200, body: `${OTHER}:0\r\n${REST}:3\r\n` };
  expect(await service.isListed('password')).toBe(true);
  expect(requests).toEqual([{ path: '/range/5BAA6', padding: 'true' }]);
});

test.each([
  ['another rest', `${OTHER}:17\r\n`, false],
  ['only as padding', `${OTHER}:17\r\n${REST}:0\r\n`, false],
  ['in lower case', `${REST.toLowerCase()}:1\n`, true],
  ['nothing', '', false],
])('listed with %s: %j', async (_name, body, expected) => {
  reply = { status: 200, body };
  expect(await service.isListed('password')).toBe(expected);
});

// SR-3
test.each([
  ['an error', { status: 503, body: '' }, 'the service answered 503'],
  [
    'a redirect, which would carry the digits elsewhere',
    { status: 302, body: '', location: '/range/elsewhere' },
    'the service answered 302',
  ],
  ['the page of a proxy', { status: 200, body: '<html>Sign in to this network</html>' }, 'the answer is no list'],
  ['more than any list', { status: 200, body: `${OTHER}:1\n`.repeat(40_000) }, 'the answer is too long'],
])('takes %s for no answer', async (_name, given, message) => {
  reply = given;
  await expect(service.isListed('password')).rejects.toThrow(message);
  expect(requests).toHaveLength(1);
});

test('waits no longer than its time, and says nothing of the password', async () => {
  reply = undefined;
  const { port } = server.address() as AddressInfo;
  const hurried = askRangeService({ url: `http://127.0.0.1:${port}`, timeoutMs: 50 });
  await expect(hurried.isListed('password')).rejects.toThrow(/^no answer in time$/);
  server.close();
  server.closeAllConnections();
  await expect(service.isListed('password')).rejects.toThrow(/^the service could not be reached$/);
});

test('refuses lookups beyond a bounded queue', async () => {
  reply = undefined;
  const waiting = Array.from({ length: 300 }, () =>
    service.isListed('password').catch((error: Error) => error.message),
  );
  expect((await Promise.race(waiting.slice(272))) as string).toBe('too many lookups wait');
  server.closeAllConnections();
});
