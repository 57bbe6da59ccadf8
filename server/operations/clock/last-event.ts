import { consumerDocument } from '../../events/documents.ts';
import { SEALER } from '../../events/stored-segments.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import type { Store } from '../../kernel/ports/store.ts';

/** When the last event that was sealed happened; undefined for a store without events. */
export async function readLastEventTime(store: Pick<Store, 'getMany' | 'readStreams' | 'partitions'>) {
  const [stored] = await store.getMany([consumerDocument.key(SEALER)], 0);
  const { cursors = {} } = stored?.value ?? {};
  const before = Array.from({ length: store.partitions }, (_, partition) => Math.max(0, (cursors[partition] ?? 0) - 1));
  const streams = await store.readStreams(before, 1);
  const times = streams.flat().map(({ text }) => (JSON.parse(text) as AccountEvent).at);
  return times.length > 0 ? Math.max(...times) : undefined;
}
