import { Cluster } from 'ioredis';
import type { StoredText } from '../../kernel/ports/store.ts';
import type { Client } from './connect.ts';
import type { Keys } from './keys.ts';

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

/** `<sequence>-0` with the field `e`. */
function readEntry([id, fields]: [id: string, fields: string[]]): StoredText {
  return { sequence: Number.parseInt(id, 10), text: fields[1] ?? 'null' };
}
