import { createServer, type RequestListener } from 'node:http';

/** A number instead of a name, so that browsers treat `127.0.0.1` and the service's `localhost` as two sites. */
const HOST = '127.0.0.1';

/** A shop's address, which is known before the shop is: what it needs may need its address. */
export interface ShopAddress {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  /** From then on, requests are answered. Until then, all are refused. */
  open(answer: RequestListener): void;
  close(): Promise<void>;
}

/**
 * Listens on loopback. Port 0 means any free port.
 *
 * @throws Error that names the port and the variable that changes it, if the port is taken
 */
export async function listenForShop(port: number): Promise<ShopAddress> {
  let answer: RequestListener = (_request, response) => response.writeHead(503, { 'retry-after': '1' }).end();
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message = `Another program uses port ${port}. Stop it, or choose another port for the shop in SHOP_PORT.`;
      reject(error.code === 'EADDRINUSE' ? new Error(message) : error);
    });
    server.listen({ host: HOST, port }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The shop does not listen on a TCP port.');
  return {
    url: `http://${HOST}:${address.port}`,
    open(listener) {
      answer = listener;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
