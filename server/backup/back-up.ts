import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { CONSUMERS, consumerDocument } from '../events/documents.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { ScannedRecord } from '../kernel/ports/store.ts';
import { CATALOGUE } from '../maintenance/catalogue.ts';
import { type BackupRecord, LineSums, writeLine } from './backup-records.ts';

const PAGE = 500;

/**
 * The whole store as lines of text (SR-62): documents, index entries, events. The service can run meanwhile: each
 * document is from some moment of the walk, the positions of consumers come first, a document that counts a series is
 * read before the series, and events come last, so that no cursor is ahead of them. Secrets stay sealed; names,
 * addresses and password hashes are in clear text.
 *
 * @throws Error for a document of a kind that could not be restored
 */
export async function* backUp(ports: Pick<Ports, 'store' | 'clock'>): AsyncGenerator<string> {
  const sums = new LineSums();
  let lines = 0;
  for await (const record of records(ports)) {
    lines += 1;
    yield writeLine(sums, record);
  }
  yield writeLine(sums, { end: lines });
}

async function* records({ store, clock }: Pick<Ports, 'store' | 'clock'>): AsyncGenerator<BackupRecord> {
  yield { backup: 1, partitions: store.partitions, at: clock.now() };
  const positions = CONSUMERS.map(consumerDocument.key);
  for (const [at, one] of (await store.getMany(positions, clock.now())).entries()) {
    const key = positions[at];
    if (key && one) yield { d: [key.anchor, key.name], v: one.value };
  }
  for (const heads of [true, false]) {
    for await (const record of everything(store)) {
      if (record.kind === 'document') {
        const { key, value, expiresAt } = record;
        const document = CATALOGUE.documentOf(key);
        if ((document?.isHead === true) !== heads || (expiresAt ?? Number.POSITIVE_INFINITY) <= clock.now()) continue;
        if (document === consumerDocument) continue;
        if (!document) throw new Error(`no rule says how ${key.name} is to be restored`);
        yield { d: [key.anchor, key.name], v: value, ...omitUndefined({ x: expiresAt }) };
      } else if (!heads) {
        const { index, entry, partition } = record;
        const anchor = CATALOGUE.anchorOfEntry(index, entry);
        if (anchor !== undefined && store.partitionOf(anchor) !== partition) {
          throw new Error(`the index ${index} hangs on another anchor than it should`);
        }
        yield { i: index, e: [entry.sort, entry.id], p: partition };
      }
    }
  }
  for (let partition = 0; partition < store.partitions; partition++) {
    let last = 0;
    for (;;) {
      const events = await store.readEvents(partition, last, PAGE);
      for (const { sequence, event } of events) {
        yield { s: partition, n: sequence, v: event };
        last = sequence;
      }
      if (events.length < PAGE) break;
    }
    yield { s: partition, last };
  }
}

async function* everything(store: Ports['store']): AsyncGenerator<ScannedRecord> {
  let after: string | undefined;
  do {
    const page = await store.scan(after, PAGE);
    yield* page.records;
    after = page.next;
  } while (after !== undefined);
}
