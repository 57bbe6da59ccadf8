import type { StoredCounter } from '../../kernel/ports/movable-store.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { decodeText } from '../codec/text.ts';
import type { Client } from './connect.ts';
import type { Keys } from './keys.ts';
import { servers } from './scan-keys.ts';

/** `<number of the server> <cursor of Redis>` */
const CURSOR = /^(\d{1,6}) (\d{1,20})$/;

/** One page of SCAN, with the counters of windows that are longer than a minute. */
export async function scanCounters(
  client: Client,
  prefix: string,
  after: string | undefined,
  limit: number,
): Promise<{ counters: StoredCounter[]; next: string | undefined }> {
  const match = CURSOR.exec(after ?? '0 0');
  const node = Number(match?.[1]);
  const all = servers(client);
  const server = all[node];
  if (!match || !server) throw new RangeError('not a cursor of this store');
  const cursor = match[2] ?? '0';
  const [next, keys] = await server.scanBuffer(cursor, 'MATCH', `${prefix}:{p*}:c:*`, 'COUNT', limit);
  const counters = await readCounters(client, prefix, keys);
  const onward = next.toString() === '0' ? `${node + 1} 0` : `${node} ${next.toString()}`;
  return { counters, next: next.toString() === '0' && node + 1 >= all.length ? undefined : onward };
}

/** Those of windows that are longer than a minute. */
export async function readCounters(client: Client, prefix: string, keys: readonly Buffer[]): Promise<StoredCounter[]> {
  const counts = await Promise.all(keys.map((key) => client.get(key)));
  return keys.flatMap((key, at) => counterOf(prefix, key, Number(counts[at] ?? 0)));
}

/** Splits `cs:{p17}:c:<length>:<window>:<key>`. */
function counterOf(prefix: string, key: Buffer, count: number): StoredCounter[] {
  const start = key.indexOf('}:c:', prefix.length) + 4;
  const middle = key.indexOf(':', start);
  const end = key.indexOf(':', middle + 1);
  const windowMs = Number(key.toString('latin1', start, middle));
  const window = Number(key.toString('latin1', middle + 1, end));
  if (count === 0 || windowMs <= MINUTE_MS) return [];
  return [{ key: decodeText(key.subarray(end + 1)), windowMs, count, resetAt: (window + 1) * windowMs }];
}

export async function restoreCounters(
  client: Client,
  keys: Keys,
  counters: readonly StoredCounter[],
  now: number,
): Promise<void> {
  await Promise.all(
    counters.map(({ key, windowMs, count, resetAt }) => {
      const name = keys.counter(key, windowMs, Math.round(resetAt / windowMs) - 1);
      return client.set(name, count, 'PX', Math.max(0, resetAt - now) + MINUTE_MS);
    }),
  );
}
