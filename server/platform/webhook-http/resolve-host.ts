import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** All addresses of a name. Throws or returns none if there is none. */
export type ResolveHost = (name: string, signal: AbortSignal) => Promise<string[]>;

const LOOPBACK = ['127.0.0.1', '::1'];

/**
 * Queries the system's name servers directly. `getaddrinfo` would hold a thread of the pool while a slow name server
 * responds, and those threads hash passwords and write the store. So /etc/hosts is ignored here.
 */
export const resolveByDns: ResolveHost = async (name, signal) => {
  if (isIP(name) !== 0) return [name];
  if (name === 'localhost' || name.endsWith('.localhost')) return LOOPBACK;
  const resolver = new Resolver({ timeout: 2500, tries: 2 });
  const stop = () => resolver.cancel();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  } finally {
    signal.removeEventListener('abort', stop);
  }
};
