import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newNonce } from '../../clients/typescript/src/index.ts';

/** The reader's site: the pages of the documents, and a backend with one visitor. */
export interface Host {
  readonly origin: string;
  /** Puts a page there and answers its address. */
  put(html: string, headers?: Record<string, string>): string;
  /** A script that pages may load, for those whose policy forbids inline ones. */
  putScript(path: string, text: string): void;
  /** Called for `/confirm/begin`; everything else that is posted is a result. */
  beginConfirmation: () => Promise<{ nonce: string; loginRequest: string }>;
  /** The next result that arrives, in a form's field or as the body. */
  nextResult(): Promise<string>;
  /** How many of the next results the backend refuses. */
  refusals: number;
  /** The nonce of the visitor's session. */
  readonly nonce: string;
  close(): Promise<void>;
}

export async function startHost(): Promise<Host> {
  const pages = new Map<string, { body: string; type: string; headers: Record<string, string> }>();
  const arrived: string[] = [];
  let waiting: ((result: string) => void) | undefined;
  const nonce = newNonce();

  const server = createServer(async (request, response) => {
    const { url = '', method } = request;
    if (method === 'POST') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      if (url === '/sign-in/nonce') return response.end(nonce);
      if (url === '/confirm/begin') {
        response.setHeader('content-type', 'application/json');
        return response.end(JSON.stringify(await host.beginConfirmation()));
      }
      if (host.refusals > 0) {
        host.refusals--;
        return response.writeHead(403).end();
      }
      const result = new URLSearchParams(body).get('countersign_result') ?? body;
      if (waiting) waiting(result);
      else arrived.push(result);
      waiting = undefined;
      return response.end('<title>Signed in</title>');
    }
    const page = pages.get(url) ?? { body: '<title>Account</title>', type: 'text/html', headers: {} };
    return response.writeHead(200, { 'content-type': `${page.type}; charset=utf-8`, ...page.headers }).end(page.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const host: Host = {
    origin,
    nonce,
    refusals: 0,
    put(html, headers = {}) {
      const path = `/page-${pages.size}`;
      pages.set(path, { body: html, type: 'text/html', headers });
      return origin + path;
    },
    putScript(path, text) {
      pages.set(path, { body: text, type: 'text/javascript', headers: {} });
    },
    beginConfirmation: () => Promise.reject(new Error('nothing to confirm')),
    nextResult() {
      const early = arrived.shift();
      if (early !== undefined) return Promise.resolve(early);
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return host;
}
