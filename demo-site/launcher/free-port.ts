import { createServer } from 'node:net';

/** How many ports to try. */
const TRIES = 50;

/**
 * The first free port from there on. It must be free on 127.0.0.1 and on ::1, because browsers try ::1 first for
 * `localhost` and would reach another program.
 */
export async function freePortFrom(first: number, taken: readonly number[] = []): Promise<number> {
  for (let port = first; port < first + TRIES; port++) {
    if (!taken.includes(port) && (await isFree('127.0.0.1', port)) && (await isFree('::1', port))) return port;
  }
  throw new Error(`None of the ports ${first} to ${first + TRIES - 1} is free.`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    // A machine without IPv6 has no ::1 that another program could use.
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE' && host === '::1'));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
