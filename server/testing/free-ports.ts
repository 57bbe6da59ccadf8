import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Below the ephemeral ports (from 32768 on Linux, from 49152 elsewhere), so that no process takes one between two
 * starts of a server; above those that browsers refuse. The nodes of a Redis Cluster also take the port 10,000 higher.
 */
const FIRST = 15_000;
const LAST = 25_000;
/**
 * Each process on the machine that asks for ports has a share of its own, also beside another run of the tests: until its
 * server starts, a port looks free to another process.
 */
const SHARE = 312;
const SHARES = Math.floor((LAST - FIRST) / SHARE);

let claimed: Promise<number> | undefined;

const given = new Set<number>();

/** Loopback ports that were free a moment ago, and that are only used by number; all different. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, hold));
  await Promise.all(held.map(({ server }) => once(server.close(), 'close')));
  return held.map(({ port }) => port);
}

/** The first port of a free share. It stays bound while this process lives, which claims the share. */
async function claimShare(): Promise<number> {
  const start = randomInt(SHARES);
  for (let nth = 0; nth < SHARES; nth++) {
    const first = FIRST + ((start + nth) % SHARES) * SHARE;
    const server = await bind(first);
    if (server) {
      server.unref();
      return first;
    }
  }
  throw new Error(`All ${SHARES} shares of the ports for tests are taken: too many runs are beside each other.`);
}

async function hold(): Promise<{ server: Server; port: number }> {
  claimed ??= claimShare();
  const own = await claimed;
  for (;;) {
    const port = own + 1 + randomInt(SHARE - 1);
    // Its server may not have started yet. A process that takes very many gets some again.
    if (given.has(port) && given.size < SHARE / 2) continue;
    given.add(port);
    const server = await bind(port);
    if (server) return { server, port };
  }
}

function bind(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
