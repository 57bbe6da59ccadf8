import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openService, type Service } from '../testing/http-service.ts';
import { rawClient } from '../testing/raw-client.ts';
import { ISSUER } from '../testing/test-ports.ts';
import { listen, type RunningServer } from './listen.ts';

// The attack: a single request leaves an unhandled fault, which ends the whole process (server/composition/crash.ts).
let service: Service;
let server: RunningServer;
const faults: unknown[] = [];
const note = (fault: unknown) => faults.push(fault);
beforeAll(async () => {
  service = await openService('rude clients');
  server = await listen(service.app.fetch, { host: '127.0.0.1', port: 0, timeouts: { drainMs: 0 }, onFault: note });
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
});
afterAll(async () => {
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
  await server.stop();
  await service.ports.close();
});

const HOST = `Host: ${new URL(ISSUER).host}\r\n`;
const JSON_TYPE = 'Content-Type: application/json\r\n';
const FLOWS = '/widget/v1/flows';
const REQUESTS: [what: string, text: string][] = [
  ['no host', 'GET /v1/health HTTP/1.1\r\n\r\n'],
  ['two hosts', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`],
  ['a host that is none', 'GET / HTTP/1.1\r\nHost: [::1\r\n\r\n'],
  ['a host with a path', 'GET / HTTP/1.1\r\nHost: a/b?c#d\r\n\r\n'],
  ['a target that is no path', `GET http:// HTTP/1.1\r\n${HOST}\r\n`],
  ['a target of another scheme', `GET javascript:alert(1) HTTP/1.1\r\n${HOST}\r\n`],
  ['a target of percent signs', `GET /widget/v1/%E0%A4%A HTTP/1.1\r\n${HOST}\r\n`],
  ['a query of percent signs', `GET /widget/v1/self?resource=%E0%A4%A HTTP/1.1\r\n${HOST}\r\n`],
  ['a host-relative target', `GET //evil.example/ HTTP/1.1\r\n${HOST}\r\n`],
  ['an asterisk', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`],
  ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
  ['TRACE', `TRACE / HTTP/1.1\r\n${HOST}\r\n`],
  ['an upgrade', `GET / HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`],
  ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['an expectation', `POST ${FLOWS} HTTP/1.1\r\n${HOST}Expect: 200-maybe\r\nContent-Length: 2\r\n\r\n{}`],
  ['a body in a GET', `GET ${FLOWS} HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 2\r\n\r\n{}`],
  ['chunks that lie', `POST ${FLOWS} HTTP/1.1\r\n${HOST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`],
  ['both lengths', `POST ${FLOWS} HTTP/1.1\r\n${HOST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  ['a negative length', `POST ${FLOWS} HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`],
  [
    'a content encoding',
    `POST ${FLOWS} HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}`,
  ],
  ['a lone surrogate', `POST ${FLOWS} HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 12\r\n\r\n{"a":"\\ud800"}`],
  ['a header of control characters', `GET / HTTP/1.1\r\n${HOST}X-A: \x01\x7f\r\n\r\n`],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
];
/** Bodies that end in the middle, or whose sender disconnects there. */
const HALVES: [what: string, text: string][] = [
  ['half a header', 'POST /widget/v1/fl'],
  ['half a body', `POST ${FLOWS} HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 500\r\n\r\n{"resource":`],
  ['half a chunk', `POST ${FLOWS} HTTP/1.1\r\n${HOST}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\nff\r\n{"a"`],
  ['half a body for the API', `POST /v1/authentications HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 500\r\n\r\n{"a`],
  ['no body for a link', `POST /v1/links/view HTTP/1.1\r\n${HOST}${JSON_TYPE}Content-Length: 500\r\n\r\n`],
  ['responses to a disconnected client', `GET /widget/v1/countersign.js HTTP/1.1\r\n${HOST}\r\n`.repeat(50)],
];

async function stillServes(): Promise<void> {
  const client = await rawClient(server.port);
  client.send(`GET /widget/v1/countersign.js HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
  expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 /);
  expect(faults).toEqual([]);
}

test.each(REQUESTS)('SR-56: %s leaves no unhandled fault', async (_, text) => {
  const client = await rawClient(server.port);
  client.send(text);
  client.socket.end();
  await client.closed();
  await stillServes();
});

test.each(HALVES)('SR-56: %s, then silence or a reset, leaves no unhandled fault', async (_, text) => {
  for (const leave of ['end', 'resetAndDestroy'] as const) {
    const client = await rawClient(server.port);
    client.send(text);
    await nextTurn();
    client.socket[leave]();
    await client.closed();
  }
  await stillServes();
});
