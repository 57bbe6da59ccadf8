import type { Ports, ReadPorts } from '../kernel/ports/ports.ts';
import type { StoredText } from '../kernel/ports/store.ts';
import { CONSUMERS, consumerDocument } from './documents.ts';
import type { Cursors } from './log/segment.ts';

/** How far each consumer has come. */
export async function readCursors({ store, clock }: ReadPorts): Promise<Cursors[]> {
  const stored = await store.getMany(CONSUMERS.map(consumerDocument.key), clock.now());
  return stored.map((one) => one?.value.cursors ?? {});
}

/** Of each consumer and partition the next event that it has not taken, if there is one. */
export async function unreadEvents(ports: ReadPorts): Promise<StoredText[]> {
  const { partitions } = ports.store;
  const unread: StoredText[] = [];
  for (const cursors of await readCursors(ports)) {
    const after = Array.from({ length: partitions }, (_, partition) => cursors[partition] ?? 0);
    unread.push(...(await ports.store.readStreams(after, 1)).flat());
  }
  return unread;
}

/** Drops the events that all consumers have taken. The stream keeps them otherwise until its cap. */
export async function dropConsumedEvents(ports: Pick<Ports, 'store' | 'clock'>): Promise<void> {
  const positions = await readCursors(ports);
  for (let partition = 0; partition < ports.store.partitions; partition++) {
    const upTo = Math.min(...positions.map((cursors) => cursors[partition] ?? 0));
    if (upTo > 0) await ports.store.dropEvents(partition, upTo);
  }
}
