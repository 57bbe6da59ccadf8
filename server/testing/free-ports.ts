import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Below the ephemeral ports (from 32768 on Linux, from 49152 elsewhere), so that no process takes one between two
 * starts of a server; above those that browsers refuse. The nodes of a Redis Cluster also take the port 10,000 higher.
 */
const FIRST = 15_000;
const LAST = 25_000;
/** Each process that runs tests has ports of its own. Until its server starts, a port looks free to another process. */
const SHARE = 625;
const SHARES = (LAST - FIRST) / SHARE;
const OWN = FIRST + (Number(process.env.VITEST_POOL_ID ?? 0) % SHARES) * SHARE;

const given = new Set<number>();

/** Loopback ports that were free a moment ago, and that are only used by number; all different. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, hold));
  await Promise.all(held.map(({ server }) => once(server.close(), 'close')));
  return held.map(({ port }) => port);
}

async function hold(): Promise<{ server: Server; port: number }> {
  for (;;) {
    const port = OWN + randomInt(SHARE);
    // Its server may not have started yet. A process that takes very many gets some again.
    if (given.has(port) && given.size < SHARE / 2) continue;
    given.add(port);
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
