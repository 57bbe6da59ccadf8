import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { afterEach, describe, expect, test } from 'vitest';
import { exchange } from '../messages/senders/outgoing.ts';
import { createArchiveBucket } from '../platform/archive-bucket/archive-bucket.ts';
import { createSyslogSink } from '../platform/audit-sinks/syslog-sink.ts';
import { askRangeService } from '../platform/breached-passwords/range-service.ts';
import { openTracer } from '../platform/open-telemetry/tracer.ts';
import { createSmtpMailer, type SmtpOptions } from '../platform/smtp/smtp-mailer.ts';
import { createHttpsWebhookSender } from '../platform/webhook-http/https-webhook-sender.ts';
import { openRedisStore } from '../store/redis/open-redis-store.ts';
import { freePorts } from '../testing/free-ports.ts';
import { uncaughtDuring } from '../testing/uncaught-errors.ts';
import { waitUntil } from '../testing/wait-until.ts';
import { composeMail } from './compose-mail.ts';

interface Peer {
  readonly host: string;
  readonly port: number;
  /** Connections so far; undefined if there is no peer to connect to. */
  connections?: number;
}

const open: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A peer on loopback that does this with each connection. */
async function startPeer(handle: (socket: Socket) => void): Promise<Peer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    peer.connections += 1;
    socket.on('error', () => {});
    handle(socket);
  });
  open.push({ server, sockets });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const peer = { host: '127.0.0.1', port: (server.address() as AddressInfo).port, connections: 0 };
  return peer;
}

const onFirstBytes = (act: (socket: Socket) => void) => () =>
  startPeer((socket) => socket.once('data', () => act(socket)));

/** What a network does to a connection. */
const FAULTS: Record<string, () => Promise<Peer>> = {
  // The system refuses to connect to a broadcast address at once, as to an address without a route.
  'an address without a route': async () => ({ host: '255.255.255.255', port: 443 }),
  'a closed port': async () => ({ host: '127.0.0.1', port: (await freePorts(1))[0] ?? 1 }),
  'a reset on connection': () => startPeer((socket) => socket.resetAndDestroy()),
  'an end on connection': () => startPeer((socket) => socket.end()),
  'a reset after the first bytes': onFirstBytes((socket) => socket.resetAndDestroy()),
  'an answer that is rubbish': onFirstBytes((socket) => socket.end(Buffer.alloc(4096, 0xff))),
  'a reset within an answer': onFirstBytes((socket) =>
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf', () => socket.resetAndDestroy()),
  ),
  'a reset after the greeting': () =>
    startPeer((socket) => socket.write('220 mail.example ESMTP\r\n', () => socket.resetAndDestroy())),
};

const ARCHIVE_FILE = `acc_00000000001/${'0'.repeat(16)}-${'0'.repeat(32)}.jsonl`;
const MESSAGE = { headers: {}, body: '{}' };
const hooks = ({ host }: Peer) =>
  createHttpsWebhookSender({
    allowedNetworks: [`${host}/32`],
    allowHttpOnLoopback: false,
    resolve: async () => [host],
    timeoutMs: 2000,
  });
const hookUrl = ({ port }: Peer) => `https://hooks.example:${port}/`;
const mail = ({ host, port }: Peer, tls: SmtpOptions['tls']) =>
  createSmtpMailer({
    host,
    port,
    tls,
    from: { name: 'Countersign', address: 'noreply@auth.example' },
    compose: (one) => composeMail(one, 'https://auth.example'),
    timeoutMs: 2000,
  }).send({
    kind: 'confirmation-code',
    to: 'mira@shop.example',
    language: 'en',
    facts: { code: '482913', lifetimeMs: 600_000 },
  });
const syslog = async (peer: Peer, tls?: object) => {
  const sink = createSyslogSink({ ...peer, ...omitUndefined({ tls }), timeoutMs: 5000, settleMs: 300 });
  try {
    await sink.send([{ text: '{}', at: 0, outcome: 'done' }], new AbortController().signal);
  } finally {
    await sink.close();
  }
};

/** Fails for each fault: a call that leaves this machine, and rejects or says that it failed. */
const CALLS: Record<string, (peer: Peer) => Promise<unknown>> = {
  'a webhook': (peer) => hooks(peer).send({ url: hookUrl(peer), ...MESSAGE }),
  'a hook': (peer) => {
    const limits = { asker: { account: 'acc', resource: 'res' }, timeoutMs: 2000, bodyBytes: 4096 };
    return hooks(peer).ask({ url: hookUrl(peer), ...MESSAGE }, limits);
  },
  'a mail': (peer) => mail(peer, 'none'),
  'a mail with STARTTLS': (peer) => mail(peer, 'starttls'),
  'a mail over TLS': (peer) => mail(peer, 'implicit'),
  'a lookup of a breached password': ({ host, port }) =>
    askRangeService({ url: `http://${host}:${port}/range` }).isListed('password'),
  'a text message': ({ host, port }) =>
    exchange({ url: `http://${host}:${port}/`, method: 'POST', headers: {}, body: '{}' }, 2000),
  'a file of the archive': ({ host, port }) =>
    createArchiveBucket({
      url: `http://${host}:${port}/bucket`,
      region: 'eu',
      keyId: 'id',
      secret: 'secret',
      timeoutMs: 2000,
    }).put(ARCHIVE_FILE, Buffer.from('{}')),
  'the audit feed': (peer) => syslog(peer),
  'the audit feed over TLS': (peer) => syslog(peer, {}),
  'a trace': async ({ host, port }) => {
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://${host}:${port}`;
    const failures: unknown[] = [];
    const tracer = openTracer({
      version: '0',
      sampler: 'always_on',
      ratio: 1,
      lastExportMs: 300,
      onFailure: (error) => failures.push(error),
    });
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
    await tracer.work('job', {}, async () => {});
    await tracer.stop();
    expect(failures.length).toBeGreaterThan(0);
    throw failures[0];
  },
  'a connection to Redis': ({ host, port }) => openRedisStore({ url: `redis://${host}:${port}`, answerTimeoutMs: 500 }),
};

async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    return { kind: 'failed', error };
  }
}

// SR-31, SR-56. The attack: an administrator, or who answers for a name, points a call to what fails, and the error of
// a socket without a listener ends the process for all accounts, again after each start.
describe.each(Object.entries(CALLS))('SR-31, SR-56: %s to a peer that fails', (_what, call) => {
  test.each(Object.entries(FAULTS))('ends with %s, and never the process', async (_fault, plant) => {
    const peer = await plant();
    let outcome: unknown;
    const uncaught = await uncaughtDuring(async () => {
      outcome = await outcomeOf(call(peer));
      await nextTurn();
    });
    expect(uncaught).toEqual([]);
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect(peer.connections).not.toBe(0);
  });
});

// SR-56: a connection that waits between two messages is lost as well.
test('SR-56: a connection of the audit feed that is reset while it is idle ends no process, and the next message takes another', async () => {
  const sockets: Socket[] = [];
  const peer = await startPeer((socket) => void sockets.push(socket.resume()));
  const sink = createSyslogSink({ ...peer, settleMs: 1 });
  const send = () => sink.send([{ text: '{}', at: 0, outcome: 'done' }], new AbortController().signal);
  await send();
  const uncaught = await uncaughtDuring(async () => {
    sockets[0]?.resetAndDestroy();
    await waitUntil('it is seen', () =>
      send().then(
        () => sockets.length > 1,
        () => false,
      ),
    );
  });
  expect(uncaught).toEqual([]);
  await sink.close();
});
