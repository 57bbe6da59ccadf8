import type { Ports } from '../kernel/ports/ports.ts';
import { CONSUMERS, consumerDocument } from './documents.ts';
import type { Cursors } from './log/segment.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

/** How far each consumer has come. */
export async function readCursors({ store, clock }: Needs): Promise<Cursors[]> {
  const stored = await store.getMany(CONSUMERS.map(consumerDocument.key), clock.now());
  return stored.map((one) => one?.value.cursors ?? {});
}

/** Drops the events that all consumers have taken. The stream keeps them otherwise until its cap. */
export async function dropConsumedEvents(ports: Needs): Promise<void> {
  const positions = await readCursors(ports);
  for (let partition = 0; partition < ports.store.partitions; partition++) {
    const upTo = Math.min(...positions.map((cursors) => cursors[partition] ?? 0));
    if (upTo > 0) await ports.store.dropEvents(partition, upTo);
  }
}
