import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports.ts';
import { indexes } from '../store/indexes.ts';
import { documents } from '../store/keys.ts';
import type { Change, IndexEntry } from '../store/store.ts';
import { type ConsumeOptions, consumeEvents, type EventConsumer } from './consume-events.ts';
import { type AuditChain, type AuditRecord, GENESIS, hashOf, type SegmentContent } from './log/segment.ts';

/** Most records of a segment: what is read and parsed to show one of them. */
export const MOST_RECORDS = 200;
export const SEALER = 'audit';
/** Far above any id; what an index entry can hold is bounded, and one event must not stop the others. */
const LONGEST_ID = 100;

/**
 * Moves events from the streams into each account's chain of signed segments, where they are found, exported and
 * verified (SR-34). Segment, chain, cursors and index entries are one commit on the account's audit anchor.
 */
export function sealEvents(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'signer'>,
  options: ConsumeOptions = {},
): Promise<number> {
  return consumeEvents(ports, sealer(ports), options);
}

function sealer({ signer }: Pick<Ports, 'signer'>): EventConsumer<AuditChain> {
  return {
    name: SEALER,
    atOnce: MOST_RECORDS,
    state: documents.auditChain,
    async derive({ account, state, records, cursors, now }) {
      const number = (state?.number ?? 0) + 1;
      const content: SegmentContent = { account, number, previous: state?.hash ?? GENESIS, sealedAt: now, records };
      const hash = hashOf(content);
      const signature = await signer.signStatement({ kind: 'segment', account, number, hash });
      return {
        state: {
          account,
          number,
          hash,
          first: state?.first ?? 1,
          firstPrevious: state?.firstPrevious ?? GENESIS,
          kept: (state?.kept ?? 0) + records.length,
          cursors,
        },
        write: {
          put: [{ key: documents.segment(account, number), value: { ...content, hash, signature } }],
          index: entriesOf(content).map(({ index, entry }) => ({ index, add: entry })),
        },
      };
    },
  };
}

/** Where the records of a segment stand in the indexes. */
function entriesOf({ account, number, records }: SegmentContent): { index: string; entry: IndexEntry }[] {
  return records.flatMap((record, position) => {
    const entry = eventEntry(record, number, position);
    return [indexes.events(account), ...about(account, record)].map((index) => ({ index, entry }));
  });
}

/** The steps that take them out again. */
export function removalOf(content: SegmentContent): NonNullable<Change['index']> {
  return entriesOf(content).map(({ index, entry }) => ({ index, remove: entry }));
}

function about(account: AccountId, { event }: AuditRecord): string[] {
  const { subject, actor, resource, related = [] } = event;
  const ids = new Set([subject, actor.id, resource, ...related]);
  return (
    [...ids]
      .filter((id) => id !== undefined)
      // A sign-in's own id is on one or two events, and an index for each would outweigh them.
      .filter((id) => !id.startsWith('flw_') && id.length <= LONGEST_ID)
      .map((id) => indexes.eventsAbout(account, id))
  );
}

/** Sorts by time; fifteen digits hold every instant until the year 33658. */
export function timeSort(at: number): string {
  return String(Math.max(0, at)).padStart(15, '0');
}

function eventEntry({ event }: AuditRecord, segment: number, position: number): IndexEntry {
  // Of one instant in the order of the chain.
  const place = [segment.toString(36).padStart(8, '0'), position.toString(36).padStart(3, '0')];
  return { sort: timeSort(event.at), id: place.join('.') };
}

/** What the id of an entry points at. */
export function placeOf({ id }: Pick<IndexEntry, 'id'>): { segment: number; position: number } | undefined {
  const match = /^([0-9a-z]+)\.([0-9a-z]+)$/.exec(id);
  return match
    ? { segment: Number.parseInt(match[1] ?? '', 36), position: Number.parseInt(match[2] ?? '', 36) }
    : undefined;
}
