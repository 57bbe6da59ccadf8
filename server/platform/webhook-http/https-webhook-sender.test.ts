import { execFile } from 'node:child_process';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { TEST_CERTIFICATE } from '../../testing/test-certificate.ts';
import { createHttpsWebhookSender, type WebhookSenderOptions } from './https-webhook-sender.ts';

const running: (Server | TcpServer)[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listening<S extends Server | TcpServer>(server: S): Promise<number> {
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
const tls = (listener: RequestListener) => listening(createServer(TEST_CERTIFICATE, listener));

/** Loopback stands in for the internet; everything else stays as it is. */
function sender(options: Partial<WebhookSenderOptions> = {}) {
  return createHttpsWebhookSender({
    allowedNetworks: ['127.0.0.1/32'],
    allowHttpOnLoopback: false,
    resolve: async () => ['127.0.0.1'],
    ca: TEST_CERTIFICATE.cert,
    timeoutMs: 5000,
    ...options,
  });
}
const message = (port: number, host = 'hooks.example') => ({
  url: `https://${host}:${port}/hook?a=b`,
  headers: { 'content-type': 'application/json', 'webhook-id': 'm' },
  body: '{"ü":1}',
});
const failed = (failure: string) => ({ kind: 'failed', failure });

test('a message arrives whole, under the original host name, at the checked address', async () => {
  let arrived: Record<string, unknown> = {};
  const port = await tls((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      const servername = (request.socket as TLSSocket & { servername: string }).servername;
      arrived = {
        method,
        url,
        host: headers.host,
        servername,
        id: headers['webhook-id'],
        body: `${Buffer.concat(chunks)}`,
      };
      response.writeHead(202).end('thanks');
    });
  });
  expect(await sender().send(message(port))).toEqual({ kind: 'answered', status: 202 });
  expect(arrived).toEqual({
    method: 'POST',
    url: '/hook?a=b',
    host: `hooks.example:${port}`,
    servername: 'hooks.example',
    id: 'm',
    body: '{"ü":1}',
  });
});

describe('SR-31: a host name', () => {
  test('with one public and one private address is refused in either order, without a connection', async () => {
    let connections = 0;
    const port = await tls((_request, response) => response.end());
    running.at(-1)?.on('connection', () => connections++);
    for (const bad of [
      '169.254.169.254',
      '10.0.0.1',
      '::1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      '2002:a00:1::',
      'rubbish',
    ]) {
      for (const addresses of [
        ['127.0.0.1', bad],
        [bad, '127.0.0.1'],
      ]) {
        expect(await sender({ resolve: async () => addresses }).send(message(port))).toEqual(failed('address-refused'));
      }
    }
    expect(connections).toBe(0);
  });

  test('that changes its address after the check is connected to at the checked address', async () => {
    const answers = [['127.0.0.1'], ['169.254.169.254'], ['169.254.169.254']];
    let count = 0;
    const port = await tls((_request, response) => response.end());
    const rebinding = sender({ resolve: async () => answers[count++] ?? [] });
    expect(await rebinding.send(message(port))).toEqual({ kind: 'answered', status: 200 });
    expect(count).toBe(1);
    expect(await rebinding.send(message(port))).toEqual(failed('address-refused'));
  });

  test('that is unknown, or whose name server never responds, is a failed try in bounded time', async () => {
    expect(await sender({ resolve: async () => [] }).send(message(1))).toEqual(failed('name-not-found'));
    const broken = sender({ resolve: () => Promise.reject(new Error('SERVFAIL')) });
    expect(await broken.send(message(1))).toEqual(failed('name-not-found'));
    const silent = sender({ resolve: () => new Promise(() => {}), timeoutMs: 50 });
    expect(await silent.send(message(1))).toEqual(failed('timed-out'));
  });

  test('of this machine is refused before a query', async () => {
    const plain = createHttpsWebhookSender({
      allowedNetworks: [],
      allowHttpOnLoopback: false,
      resolve: () => Promise.reject(new Error('asked')),
    });
    for (const host of ['localhost', '127.0.0.1', '[::1]', '2130706433', '0x7f.1', '169.254.169.254']) {
      expect(await plain.send(message(443, host))).toEqual(failed('url-refused'));
    }
  });

  test('must match the certificate', async () => {
    const port = await tls((_request, response) => response.end());
    expect(await sender().send(message(port, 'other.example'))).toEqual(failed('tls-failed'));
    expect(await sender({ ca: '' }).send(message(port))).toEqual(failed('tls-failed'));
  });
});

describe('SR-31: a response', () => {
  test('that redirects to the metadata service is recorded and not followed', async () => {
    let requests = 0;
    const port = await tls((_request, response) => {
      requests++;
      response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    });
    expect(await sender().send(message(port))).toEqual({ kind: 'answered', status: 307 });
    expect(requests).toBe(1);
  });

  test('without end is cut off, and its status counts', async () => {
    let sent = 0;
    const port = await tls((_request, response) => {
      response.writeHead(200);
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(4096))) sent += 4096;
      };
      response.on('drain', pour);
      pour();
    });
    expect(await sender().send(message(port))).toEqual({ kind: 'answered', status: 200 });
    expect(sent).toBeLessThan(8 * 1024 * 1024);
  });

  test('that trickles in ends at the timeout', async () => {
    const drips: NodeJS.Timeout[] = [];
    const port = await tls((_request, response) => {
      response.writeHead(200);
      drips.push(setInterval(() => response.write('.'), 5));
    });
    // Enough for a handshake on a busy machine: the timeout cuts the body.
    expect(await sender({ timeoutMs: 1500 }).send(message(port))).toEqual({ kind: 'answered', status: 200 });
    for (const drip of drips) clearInterval(drip);
  });

  test('that never comes is a failed try', async () => {
    const port = await tls(() => {});
    expect(await sender({ timeoutMs: 100 }).send(message(port))).toEqual(failed('timed-out'));
  });

  test('with trickling headers, too many headers or no HTTP is a failed try', async () => {
    const port = await tls((_request, response) => {
      const { socket } = response;
      socket?.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`);
    });
    expect(await sender().send(message(port))).toEqual(failed('answer-unreadable'));
    const rubbish = await tls((_request, response) => void response.socket?.end('SSH-2.0-x\r\n'));
    expect(await sender().send(message(rubbish))).toEqual(failed('answer-unreadable'));
    const upgrade = await tls((_request, response) => {
      response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    });
    expect(await sender().send(message(upgrade))).toEqual(failed('answer-unreadable'));
  });

  test('can set a delay in seconds; a date or an invalid value is ignored', async () => {
    for (const [text, expected] of [
      ['120', { retryAfterMs: 120_000 }],
      ['Wed, 21 Oct 2026 07:28:00 GMT', {}],
      ['-5', {}],
      ['1e9', {}],
    ] as const) {
      const port = await tls((_request, response) => response.writeHead(503, { 'retry-after': text }).end());
      expect(await sender().send(message(port))).toEqual({ kind: 'answered', status: 503, ...expected });
    }
  });
});

// SR-31, SR-74: the answer of a hook decides, so it is whole or it is none.
describe('a question', () => {
  const limits = { asker: { account: 'acc_1', resource: 'res_1' }, timeoutMs: 5000, bodyBytes: 4096 };

  test('is answered with status, type and body', async () => {
    const port = await tls((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"allow"');
      response.end(':true}');
    });
    const answer = await sender().ask(message(port), limits);
    expect(answer).toMatchObject({ kind: 'answered', status: 200, type: 'application/json' });
    expect('body' in answer && Buffer.from(answer.body).toString()).toBe('{"allow":true}');
  });

  test('follows no redirect, and goes to no private address', async () => {
    let requests = 0;
    const port = await tls((_request, response) => {
      requests++;
      response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    });
    expect(await sender().ask(message(port), limits)).toMatchObject({ kind: 'answered', status: 307 });
    const inside = sender({ resolve: async () => ['127.0.0.1', '169.254.169.254'] });
    expect(await inside.ask(message(port), limits)).toEqual(failed('address-refused'));
    expect(await sender({ allowedNetworks: [] }).ask(message(port), limits)).toEqual(failed('address-refused'));
    expect(requests).toBe(1);
  });

  test('with a longer, a broken or an endless answer has none', async () => {
    const exact = await tls((_request, response) => response.end('x'.repeat(4096)));
    expect(await sender().ask(message(exact), limits)).toMatchObject({ kind: 'answered' });
    const longer = await tls((_request, response) => response.end('x'.repeat(4097)));
    expect(await sender().ask(message(longer), limits)).toEqual(failed('answer-unreadable'));
    const broken = await tls((_request, response) => {
      response.writeHead(200, { 'content-length': '14' }).write('{"allow":true', () => response.destroy());
    });
    expect(await sender().ask(message(broken), limits)).toEqual(failed('answer-unreadable'));
    const endless = await tls((_request, response) => void response.writeHead(200).write('{"allow":true}'));
    expect(await sender().ask(message(endless), { ...limits, timeoutMs: 300 })).toEqual(failed('timed-out'));
  });

  test('without an answer ends at its own deadline', async () => {
    const port = await tls(() => {});
    expect(await sender({ timeoutMs: 60_000 }).ask(message(port), { ...limits, timeoutMs: 100 })).toEqual(
      failed('timed-out'),
    );
  });
});

// SR-76. The attack: so many connections to the service that none is left to ask the hook, and that counts as its outage.
test('SR-76: a process without a free file descriptor refuses to ask, and a message to a webhook fails', async () => {
  const code = `
    import { openSync } from 'node:fs';
    import { createHttpsWebhookSender } from ${JSON.stringify(new URL('./https-webhook-sender.ts', import.meta.url).href)};
    const sender = createHttpsWebhookSender({
      allowedNetworks: ['127.0.0.1/32'], allowHttpOnLoopback: false, resolve: async () => ['127.0.0.1'],
    });
    const message = { url: 'https://hooks.example:9/', headers: {}, body: '' };
    const limits = { asker: { account: 'acc_1', resource: 'res_1' }, timeoutMs: 2000, bodyBytes: 4096 };
    const both = () => Promise.all([
      sender.ask(message, limits).catch(({ code, retryAfterMs }) => code + ' ' + retryAfterMs),
      sender.send(message),
    ]);
    // Loads what a connection needs.
    await both();
    try { for (;;) openSync('/dev/null'); } catch {}
    console.log(JSON.stringify(await both()));`;
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval']
    .map((part) => `'${part}'`)
    .join(' ');
  const { stdout } = await promisify(execFile)('sh', ['-c', `ulimit -n 256; exec ${node} "$1"`, 'sh', code]);
  expect(JSON.parse(stdout)).toEqual(['OVERLOADED 2000', failed('connection-failed')]);
});

describe('connections', () => {
  test('that are refused, or closed at once, are failed tries', async () => {
    const port = await listening(createTcpServer((socket) => socket.destroy()));
    expect(await sender().send(message(port))).toEqual(failed('connection-failed'));
    const server = createTcpServer();
    const closed = await listening(server);
    running.pop();
    await new Promise((resolve) => server.close(resolve));
    expect(await sender().send(message(closed))).toEqual(failed('connection-failed'));
  });

  test('are closed when the service stops', async () => {
    const stopping = new AbortController();
    const port = await tls(() => stopping.abort());
    expect(await sender().send(message(port), stopping.signal)).toEqual(failed('interrupted'));
  });

  test('without TLS go only to this machine, in development', async () => {
    const port = await listening(createHttpServer((_request, response) => response.writeHead(204).end()));
    const url = `http://localhost:${port}/`;
    const development = sender({ allowHttpOnLoopback: true, allowedNetworks: [] });
    expect(await development.send({ ...message(port), url })).toEqual({ kind: 'answered', status: 204 });
    expect(await sender().send({ ...message(port), url })).toEqual(failed('url-refused'));
  });
});
