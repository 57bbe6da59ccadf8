import type { AccountEvent } from '../kernel/event.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type Change, type IndexedEntry, JsonText } from '../kernel/ports/store.ts';
import { consumeByAccount } from './consume-by-account.ts';
import type { EventConsumer } from './consume-events.ts';
import { auditChainDocument, type ConsumerName, eventIndexes, segmentDocument } from './documents.ts';
import { eventEntry, secondEntry, secondOf } from './log/event-entry.ts';
import { type AuditRecord, GENESIS, hashSegment, type Segment, type SegmentHeader } from './log/segment.ts';

/** Maximum records per segment: this many are read and parsed to show one. */
const MAX_SEGMENT_RECORDS = 200;
/** Maximum records per commit. */
const SEALED_AT_ONCE = 400;
export const SEALER = 'audit' satisfies ConsumerName;
/** Far above any id; an index entry has a maximum size, and one event must not stop the others. */
const MAX_ID_LENGTH = 100;

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
      const { number = 0, hash: head = GENESIS, first = 1, firstPrevious = GENESIS, kept = 0 } = state ?? {};
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
        state: { account, number: last, hash: previous, first, firstPrevious, kept: kept + records.length, cursors },
        write: {
          put: await Promise.all(put),
          index: segments
            .flatMap(({ number, portion }) => entriesBySecond(account, number, portion))
            .map(({ index, entry }) => ({ index, add: entry })),
        },
      };
    },
  });
}

/** One entry for each id and second, however often the segment names the id in that second. */
function entriesBySecond(account: AccountId, segment: number, records: readonly AuditRecord[]): IndexedEntry[] {
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
    const entry = secondEntry(second, segment);
    const about = Array.from(ids, (id) => eventIndexes.about(account, id));
    return [eventIndexes.all(account), ...about].map((index) => ({ index, entry }));
  });
}

/** The index steps that remove a segment's entries. */
export function removalOf({ account, number, records, indexed }: Segment): NonNullable<Change['index']> {
  const entriesOf = indexed === 'by-second' ? entriesBySecond : entriesByRecord;
  return entriesOf(account, number, records).map(({ index, entry }) => ({ index, remove: entry }));
}

function entriesByRecord(account: AccountId, segment: number, records: readonly AuditRecord[]): IndexedEntry[] {
  return records.flatMap((record, position) => {
    const entry = eventEntry(record, segment, position);
    const about = indexedIds(record.event).map((id) => eventIndexes.about(account, id));
    return [eventIndexes.all(account), ...about].map((index) => ({ index, entry }));
  });
}

/** The ids under which an event is found. */
export function indexedIds({ subject, actor, resource, related = [] }: AccountEvent): string[] {
  return (
    [subject, actor.id, resource, ...related]
      .filter((id) => id !== undefined)
      // A sign-in's id is on only one or two events; an index for each would be larger than the events.
      .filter((id) => !id.startsWith('flw_') && id.length <= MAX_ID_LENGTH)
  );
}
