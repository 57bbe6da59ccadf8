import type { Ports } from '../kernel/ports/ports.ts';
import { JsonText } from '../kernel/ports/store.ts';
import { consumeByAccount } from './consume-by-account.ts';
import type { EventConsumer, StreamEvent } from './consume-events.ts';
import { auditChainDocument, segmentDocument } from './documents.ts';
import { pendingMark } from './feed/feed-cursors.ts';
import { detachPersonal } from './log/personal-part.ts';
import { emptyChain, hashSegment, type RecordText, type SegmentHeader } from './log/segment.ts';
import { entriesBySecond, SEALER } from './stored-segments.ts';

/** Maximum records per segment: this many are read and parsed to show one. */
const MAX_SEGMENT_RECORDS = 200;
const SALT_BYTES = 16;
/** Maximum records per commit. */
const SEALED_AT_ONCE = 400;

interface SealerOptions {
  /** True if an audit feed sends what is sealed. */
  isFed?: boolean;
}

/**
 * Moves events from the streams into each account's chain of signed segments, where they can be found, exported and
 * verified (SR-34). Segment, chain, cursors and index entries are one commit on the account's audit anchor.
 */
export function createSealer(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'signer'>,
  { isFed = false }: SealerOptions = {},
): EventConsumer {
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
        const { hash, document } = hashSegment(
          header,
          portion.map((record) => recordText(ports, record)),
        );
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
          index: [
            ...segments
              .flatMap(({ number, portion }) => entriesBySecond({ account, number, records: portion }))
              .map(({ index, entry }) => ({ index, add: entry })),
            ...(isFed ? [pendingMark(account)] : []),
          ],
        },
      };
    },
  });
}

function recordText({ random }: Pick<Ports, 'random'>, { id, event, text }: StreamEvent): RecordText {
  const detached = detachPersonal(event, () => Buffer.from(random.bytes(SALT_BYTES)).toString('base64url'));
  return detached ? { id, text: JSON.stringify(detached.event), personal: detached.personal } : { id, text };
}
