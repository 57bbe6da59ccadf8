import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createShop } from './create-shop.ts';
import type { ShopOptions } from './options.ts';

/** A number instead of a name, so that browsers treat `127.0.0.1` and the service's `localhost` as two sites. */
const HOST = '127.0.0.1';

export interface RunningShop {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves a shop on loopback. Port 0 means any free port.
 *
 * @throws the error of the socket (such as EADDRINUSE).
 */
export async function startShop({
  port,
  ...options
}: Omit<ShopOptions, 'url'> & { port: number }): Promise<RunningShop> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: HOST, port }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The shop does not listen on a TCP port.');
  const url = `http://${HOST}:${address.port}`;
  server.on('request', getRequestListener(createShop({ ...options, url }).fetch));
  return {
    url,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
