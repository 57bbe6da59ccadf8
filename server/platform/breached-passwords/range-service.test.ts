import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LookupsCrowded } from '../../kernel/ports/breached-passwords.ts';
import { waitUntil } from '../../testing/wait-until.ts';
import { askRangeService, RangeUnavailable } from './range-service.ts';

// SHA-1 of "password" is 5BAA6 1E4C9B93F3F0682250B6CF8331B7EE68FD8.
const REST = '1E4C9B93F3F0682250B6CF8331B7EE68FD8';
const OTHER = '0'.repeat(35);

let server: Server;
let reply: { status: number; body: string; location?: string } | undefined;
let requests: { path: string | undefined; headers: IncomingHttpHeaders }[];
/** What is not answered. */
let held: ServerResponse[];
let service: ReturnType<typeof askRangeService>;

const port = () => (server.address() as AddressInfo).port;
beforeEach(async () => {
  requests = [];
  held = [];
  server = createServer((request, response) => {
    requests.push({ path: request.url, headers: request.headers });
    if (!reply) {
      held.push(response);
      return;
    }
    response.writeHead(reply.status, reply.location === undefined ? {} : { location: reply.location });
    response.end(reply.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  service = askRangeService({ url: `http://127.0.0.1:${port()}/range/` });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

// SR-35
test('the service learns five digits of the hash, and the length of its answer says no more', async () => {
  reply = { status: 200, body: `${OTHER}:0\r\n${REST}:3\r\n` };
  expect(await service.isListed('password')).toBe(true);
  expect(requests).toMatchObject([
    { path: '/range/5BAA6', headers: { accept: 'text/plain', 'add-padding': 'true', 'user-agent': 'countersign' } },
  ]);
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
  ['a longer hash', { status: 200, body: `0${REST}:1\n` }, 'the answer is no list'],
  ['a count that is none', { status: 200, body: `${REST}:1x\n` }, 'the answer is no list'],
  ['more than any list', { status: 200, body: `${OTHER}:1\n`.repeat(40_000) }, 'the answer is too long'],
])('takes %s for no answer', async (_name, given, message) => {
  reply = given;
  await expect(service.isListed('password')).rejects.toThrow(message);
  expect(requests).toHaveLength(1);
});

test('waits no longer than its time, and says nothing of the password', async () => {
  reply = undefined;
  const hurried = askRangeService({ url: `http://127.0.0.1:${port()}`, timeoutMs: 50 });
  await expect(hurried.isListed('password')).rejects.toThrow(/^no answer in time$/);
  server.close();
  server.closeAllConnections();
  await expect(service.isListed('password')).rejects.toThrow(/^the service could not be reached$/);
});

// SR-76. The attack: so many lookups that the next one fails, and a stolen password passes as during an outage.
test('SR-76: lookups beyond a bounded queue, or too late in it, are no outage of the service', async () => {
  reply = undefined;
  const timeoutMs = 3000;
  const crowded = askRangeService({ url: `http://127.0.0.1:${port()}`, timeoutMs });
  const started = Array.from({ length: 300 }, () => crowded.isListed('password').catch((error: unknown) => error));
  expect(await Promise.race(started.slice(272))).toEqual(new LookupsCrowded('too many lookups wait'));
  // The service answers as many as it is asked at once, and is too slow for those that have waited.
  await waitUntil('it is asked', () => held.length === 16);
  for (const response of held.slice()) response.end();
  const outcomes = await Promise.all(started);
  expect(outcomes.slice(0, 16)).toEqual(Array(16).fill(false));
  expect(outcomes.slice(16).every((one) => one instanceof LookupsCrowded)).toBe(true);
});

test('a full queue during an outage is part of the outage', async () => {
  reply = { status: 503, body: '' };
  await expect(service.isListed('password')).rejects.toThrow(RangeUnavailable);
  reply = undefined;
  const waiting = Array.from({ length: 300 }, () => service.isListed('password').catch((error: unknown) => error));
  expect(await Promise.race(waiting.slice(272))).toBeInstanceOf(RangeUnavailable);
  server.closeAllConnections();
  await Promise.all(waiting);
});
