import { Cluster } from 'ioredis';
import { type StoredText, StoreUnavailable } from '../../kernel/ports/store.ts';
import type { Client } from './connect.ts';
import type { Keys } from './keys.ts';
import type { Writer } from './writer.ts';

/** One XREAD, or in a cluster one per partition, concurrently. */
export async function readStreams(
  client: Client,
  keys: Keys,
  after: readonly number[],
  limit: number,
): Promise<StoredText[][]> {
  const names = after.map((_, partition) => keys.events(partition));
  const groups = client instanceof Cluster ? names.map((_, partition) => [partition]) : [[...names.keys()]];
  const found = new Map<string, StoredText[]>();
  await Promise.all(
    groups.map(async (group) => {
      const streams = group.map((partition) => names[partition] ?? '');
      const cursors = group.map((partition) => `${after[partition] ?? 0}-0`);
      const replies = await client.xread('COUNT', limit, 'STREAMS', ...streams, ...cursors);
      for (const [name, entries] of replies ?? []) found.set(name, entries.map(readEntry));
    }),
  );
  return names.map((name) => found.get(name) ?? []);
}

/**
 * Waits until the events are confirmed. A failover after they were read may have dropped them, so the primary that
 * confirms must have the last one of each partition.
 *
 * @param probe writes to a partition
 * @throws StoreUnavailable if it has another, or none
 */
export async function confirmStreams(
  writer: Writer,
  keys: Keys,
  streams: ReadonlyMap<number, readonly StoredText[]>,
  probe: (partition: number) => Promise<unknown>,
): Promise<void> {
  await Promise.all(
    [...streams].map(async ([partition, events]) => {
      const last = events.at(-1);
      if (!last) return;
      const id = `${last.sequence}-0`;
      const [found] = await Promise.all([
        writer.write(keys.home(partition), () => ['xrange', keys.events(partition), id, id]) as Promise<Entry[]>,
        probe(partition),
      ]);
      if (!found[0] || readEntry(found[0]).text !== last.text) {
        throw new StoreUnavailable('Events that were read are not confirmed');
      }
    }),
  );
}

type Entry = [id: string, fields: string[]];

/** `<sequence>-0` with the field `e`. */
export function readEntry([id, fields]: Entry): StoredText {
  return { sequence: Number.parseInt(id, 10), text: fields[1] ?? 'null' };
}
