import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Change, IndexedEntry } from '../kernel/ports/store.ts';
import { type ConsumeOptions, consumeEvents, type EventConsumer } from './consume-events.ts';
import { auditChainDocument, eventIndexes, segmentDocument } from './documents.ts';
import { eventEntry } from './log/event-entry.ts';
import { type AuditChain, type AuditRecord, GENESIS, hashOf, type SegmentContent } from './log/segment.ts';

/** Maximum records per segment: this many are read and parsed to show one. */
const MAX_SEGMENT_RECORDS = 200;
export const SEALER = 'audit';
/** Far above any id; an index entry has a maximum size, and one event must not stop the others. */
const MAX_ID_LENGTH = 100;

/**
 * Moves events from the streams into each account's chain of signed segments, where they can be found, exported and
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
    atOnce: MAX_SEGMENT_RECORDS,
    state: auditChainDocument.key,
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
          put: [{ key: segmentDocument.key(account, number), value: { ...content, hash, signature } }],
          index: entriesOf(content).map(({ index, entry }) => ({ index, add: entry })),
        },
      };
    },
  };
}

/** The index entries of a segment's records. */
function entriesOf({ account, number, records }: SegmentContent): IndexedEntry[] {
  return records.flatMap((record, position) => {
    const entry = eventEntry(record, number, position);
    return [eventIndexes.all(account), ...about(account, record)].map((index) => ({ index, entry }));
  });
}

/** The steps that remove them. */
export function removalOf(content: SegmentContent): NonNullable<Change['index']> {
  return entriesOf(content).map(({ index, entry }) => ({ index, remove: entry }));
}

function about(account: AccountId, { event }: AuditRecord): string[] {
  const { subject, actor, resource, related = [] } = event;
  const ids = new Set([subject, actor.id, resource, ...related]);
  return (
    [...ids]
      .filter((id) => id !== undefined)
      // A sign-in's id is on only one or two events; an index for each would be larger than the events.
      .filter((id) => !id.startsWith('flw_') && id.length <= MAX_ID_LENGTH)
      .map((id) => eventIndexes.about(account, id))
  );
}
