import { getEventListeners, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FeedLine } from '../../kernel/feed-line.ts';
import type { AuditSink } from '../../kernel/ports/audit-sink.ts';
import { createTlsFiles } from '../../testing/tls-files.ts';
import { waitUntil } from '../../testing/wait-until.ts';
import { createSyslogSink } from './syslog-sink.ts';
import { transmitQueue, unacknowledgedBytes } from './unacknowledged-bytes.ts';

const lines = (...texts: string[]): FeedLine[] => texts.map((text) => ({ text, at: 0, outcome: 'done' }));
const never = new AbortController().signal;

let sink: AuditSink | undefined;
let server: Server;
let sockets: Socket[];
let received: string;
beforeEach(() => {
  sockets = [];
  received = '';
});
afterEach(async () => {
  await sink?.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** A receiver that reads everything. */
function follow(socket: Socket): void {
  sockets.push(socket);
  socket.on('data', (chunk: Buffer) => {
    received += chunk;
  });
  socket.on('error', () => undefined);
}

async function listen(on: Server): Promise<number> {
  server = on;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const connectTo = (port: number, more: object = {}) => {
  sink = createSyslogSink({ host: '127.0.0.1', port, settleMs: 1, ...more });
  return sink;
};

describe('over TCP', () => {
  test('sends frames with counted octets over one connection', async () => {
    const to = connectTo(await listen(createServer(follow)));
    await to.send(lines('{"a":1}', '{"a":2}'), never);
    await to.send(lines('{"a":3}'), never);
    await waitUntil('all has arrived', async () => received.includes('{"a":3}'));
    expect(received).toMatch(/^\d+ <86>1 1970-01-01T00:00:00\.000Z \S+ countersign \d+ audit - \{"a":1\}\d+ <86>1 /);
    expect(sockets).toHaveLength(1);
    // One for each message would add up: the signal lives as long as the service.
    expect(getEventListeners(never, 'abort')).toEqual([]);
  });

  test('connects again after the receiver has closed', async () => {
    const to = connectTo(await listen(createServer(follow)));
    await to.send(lines('{"a":1}'), never);
    await waitUntil('it is connected', async () => sockets.length === 1);
    const closed = once(sockets[0] as Socket, 'close');
    sockets[0]?.end();
    await closed;
    await to.send(lines('{"a":2}'), never).catch(() => to.send(lines('{"a":2}'), never));
    await waitUntil('all has arrived', async () => received.includes('{"a":2}'));
    expect(sockets).toHaveLength(2);
  });

  // SR-34. The attack: the receiver accepts and reads nothing; what it never took must not count as sent.
  test('fails while the receiver takes nothing', async () => {
    const stuck = createServer({ pauseOnConnect: true }, (socket) => void sockets.push(socket));
    const to = connectTo(await listen(stuck), { timeoutMs: 300 });
    const large = lines(...Array.from({ length: 64 }, () => `"${'x'.repeat(500_000)}"`));
    await expect(to.send(large, never)).rejects.toMatchObject({ cause: { message: 'it took too long' } });
  });

  test('fails if nothing listens, and gives up when it is told to', async () => {
    await expect(connectTo(1).send(lines('{}'), never)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
    const port = await listen(createServer({ pauseOnConnect: true }, (socket) => void sockets.push(socket)));
    const ending = new AbortController();
    const sending = connectTo(port).send(
      lines(...Array.from({ length: 64 }, () => `"${'x'.repeat(500_000)}"`)),
      ending.signal,
    );
    ending.abort(new Error('stopping'));
    await expect(sending).rejects.toMatchObject({ cause: { message: 'stopping' } });
  });
});

// The attack: a machine between reads the feed, or takes it in the receiver's place.
test('over TLS the receiver needs a certificate of the authority, and gets one of the service', async () => {
  const files = await createTlsFiles();
  try {
    const [ca, cert, key] = [await readFile(files.ca), await readFile(files.cert), await readFile(files.key)];
    const options = { ca, cert, key, requestCert: true, rejectUnauthorized: true };
    const port = await listen(createTlsServer(options, follow));
    server.on('tlsClientError', () => undefined);
    await expect(connectTo(port, { tls: {} }).send(lines('{}'), never)).rejects.toThrow('did not take');
    expect(received).toBe('');
    const client = { ca, cert: await readFile(files.clientCert), key: await readFile(files.clientKey) };
    await connectTo(port, { tls: client }).send(lines('{"a":1}'), never);
    await waitUntil('it has arrived', async () => received.includes('{"a":1}'));
  } finally {
    await files.remove();
  }
});

test('the queue of a connection is found in the table of Linux', async () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:8627 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 39539 1 00 100 0 0 10 0',
    '  12: 0100007F:1F90 0100007F:1979 01 000004D2:00000000 00:00000000 00000000     0        0 40137 1 00 100 0 0 10 0',
  ].join('\n');
  expect(transmitQueue(table, 0x1f90, 6521)).toBe(1234);
  expect(transmitQueue(table, 0x8627, 0)).toBe(0);
  expect(transmitQueue('', 1, 2)).toBe(0);
  expect(await unacknowledgedBytes({} as Socket)).toBe(0);
  const port = await listen(createServer({ pauseOnConnect: true }, (socket) => void sockets.push(socket)));
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  expect(await unacknowledgedBytes(socket)).toBe(0);
  socket.write(Buffer.alloc(32_000_000));
  // Nothing shows it elsewhere.
  if (process.platform === 'linux') {
    await waitUntil('the receiver has no space left', async () => (await unacknowledgedBytes(socket)) > 0);
  }
});
