import type { Ports } from '../kernel/ports/ports.ts';
import { type Change, type IndexedEntry, JsonText } from '../kernel/ports/store.ts';
import { consumeByAccount } from './consume-by-account.ts';
import type { EventConsumer } from './consume-events.ts';
import { auditChainDocument, type ConsumerName, eventIndexes, segmentDocument } from './documents.ts';
import { eventEntry, secondEntry, secondOf } from './log/event-entry.ts';
import { indexedIds } from './log/indexed-ids.ts';
import { emptyChain, hashSegment, type Segment, type SegmentHeader } from './log/segment.ts';

/** Maximum records per segment: this many are read and parsed to show one. */
const MAX_SEGMENT_RECORDS = 200;
/** Maximum records per commit. */
const SEALED_AT_ONCE = 400;
export const SEALER = 'audit' satisfies ConsumerName;

/**
 * Moves events from the streams into each account's chain of signed segments, where they can be found, exported and
 * verified (SR-34). Segment, chain, cursors and index entries are one commit on the account's audit anchor.
 */
export function createSealer(ports: Pick<Ports, 'store' | 'clock' | 'random' | 'signer'>): EventConsumer {
  return consumeByAccount(ports, {
    name: SEALER,
    atOnce: SEALED_AT_ONCE,
    state: auditChainDocument.key,
    async derive({ account, state, records, cursors, now }) {
      const chain = state ?? emptyChain(account);
      const { number, hash: head, kept } = chain;
      let previous = head;
      const segments = [];
      for (let from = 0; from < records.length; from += MAX_SEGMENT_RECORDS) {
        const portion = records.slice(from, from + MAX_SEGMENT_RECORDS);
        const header: SegmentHeader = { account, number: number + segments.length + 1, previous, sealedAt: now };
        const { hash, document } = hashSegment(header, portion);
        segments.push({ number: header.number, hash, document, portion });
        previous = hash;
      }
      const put = segments.map(async ({ number, hash, document }) => {
        const signature = await ports.signer.signStatement({ kind: 'segment', account, number, hash });
        return { key: segmentDocument.key(account, number), value: new JsonText(document(signature)) };
      });
      const last = number + segments.length;
      return {
        state: { ...chain, number: last, hash: previous, kept: kept + records.length, cursors },
        write: {
          put: await Promise.all(put),
          index: segments
            .flatMap(({ number, portion }) => entriesBySecond({ account, number, records: portion }))
            .map(({ index, entry }) => ({ index, add: entry })),
        },
      };
    },
  });
}

type Indexed = Pick<Segment, 'account' | 'number' | 'records'>;

/** One entry for each id and second, however often the segment names the id in that second. */
export function entriesBySecond({ account, number, records }: Indexed): IndexedEntry[] {
  const seconds = new Map<number, Set<string>>();
  for (const { event } of records) {
    const second = secondOf(event.at);
    let ids = seconds.get(second);
    if (!ids) {
      ids = new Set();
      seconds.set(second, ids);
    }
    for (const id of indexedIds(event)) ids.add(id);
  }
  return [...seconds].flatMap(([second, ids]) => {
    const entry = secondEntry(second, number);
    const about = Array.from(ids, (id) => eventIndexes.about(account, id));
    return [eventIndexes.all(account), ...about].map((index) => ({ index, entry }));
  });
}

/** The index steps that remove a segment's entries. */
export function removalOf(segment: Segment): NonNullable<Change['index']> {
  const entriesOf = segment.indexed === 'by-second' ? entriesBySecond : entriesByRecord;
  return entriesOf(segment).map(({ index, entry }) => ({ index, remove: entry }));
}

function entriesByRecord({ account, number, records }: Indexed): IndexedEntry[] {
  return records.flatMap((record, position) => {
    const entry = eventEntry(record, number, position);
    const about = indexedIds(record.event).map((id) => eventIndexes.about(account, id));
    return [eventIndexes.all(account), ...about].map((index) => ({ index, entry }));
  });
}
