import type { Change, DocumentKey, RawKey, Store, StoredEvent } from '../../kernel/ports/store.ts';

export const NOW = 1_750_000_000_000;

/** Documents of the suite. They have no index entries. */
const THING = { kind: 'thing', indexes: () => [] };

export function keyOf<T>(anchor: string, name = 'thing'): DocumentKey<T> {
  return { anchor, name, document: THING };
}

let operations = 0;

/** A change of `anchor` with an operation id of its own. */
export function changeOf(anchor: string, parts: Partial<Change> = {}): Change {
  operations += 1;
  return { anchor, operation: `operation-${operations}`, now: NOW, expect: [], ...parts };
}

export async function versionOf(store: Store, key: RawKey, now = NOW): Promise<number> {
  const [found] = await store.getMany([key], now);
  return found?.version ?? 0;
}

/** Events of all partitions that have any. */
export async function eventsOf(store: Store): Promise<StoredEvent[][]> {
  const streams = await Promise.all(
    Array.from({ length: store.partitions }, (_, partition) => store.readEvents(partition, 0, 1_000)),
  );
  return streams.filter((events) => events.length > 0);
}
