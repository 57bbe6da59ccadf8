import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { TEST_CERTIFICATE } from '../../../server/testing/test-certificate.ts';

export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** What the connection of a library can meet with. As a proxy it leads every https host to one server with the tests' certificate. */
export async function startTestServer(): Promise<TestServer> {
  let deaths = 0;
  const answers: Record<string, RequestListener> = {
    '/echo': async (request, response) => {
      const { method, headers } = request;
      const body = await textOf(request);
      response.setHeader('X-Mixed-Case', 'seen').end(JSON.stringify({ method, headers, body }));
    },
    '/length': async (request, response) => {
      const { length } = await textOf(request);
      response.end(JSON.stringify({ length, expect: request.headers.expect ?? null }));
    },
    '/status': (_, response) => response.writeHead(418).end(),
    '/redirect': (_, response) => response.writeHead(302, { location: '/echo' }).end(),
    '/silent': () => {},
    '/drip': (_, response) => {
      response.write('a');
    },
    '/cut': (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('a');
      setImmediate(() => response.destroy());
    },
    '/endless': (_, response) => {
      const write = (): void => {
        while (response.write('x'.repeat(10_000)) && !response.destroyed);
      };
      response.on('drain', write);
      write();
    },
    '/dies/once': (request) => {
      deaths++;
      request.socket.destroy();
    },
    '/dies/once/count': (_, response) => response.end(String(deaths)),
  };
  const listener: RequestListener = (request, response) => answers[request.url ?? '']?.(request, response);
  const server = createServer(listener);
  const secure = createTlsServer(TEST_CERTIFICATE, listener);
  const [port, securePort] = await Promise.all([listen(server), listen(secure)]);
  server.on('connect', (_, socket) => {
    const upstream = connect(securePort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    for (const end of [socket, upstream]) end.on('error', () => end.destroy());
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      for (const one of [server, secure]) {
        one.closeAllConnections();
        await once(one.close(), 'close');
      }
    },
  };
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}
