import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Below the ports that systems give to connections going out and to whoever listens on 0 (from 32768 on Linux, from 49152
 * elsewhere), so that nothing takes one between two starts of a server; above those that browsers refuse.
 */
const FIRST = 15_000;
const LAST = 32_000;

/** Ports of loopback that were free a moment ago, and that only whoever asks for them by number gets; all different. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, hold));
  await Promise.all(held.map(({ server }) => once(server.close(), 'close')));
  return held.map(({ port }) => port);
}

async function hold(): Promise<{ server: Server; port: number }> {
  for (;;) {
    const port = randomInt(FIRST, LAST);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
      );
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (isFree) return { server, port };
  }
}
