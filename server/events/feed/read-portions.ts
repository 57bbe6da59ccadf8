import type { FeedLine } from '../../kernel/feed-line.ts';
import type { AccountId } from '../../kernel/ids.ts';
import type { ArchiveReadPorts } from '../../kernel/ports/ports.ts';
import { yieldToEventLoop } from '../../kernel/yield-to-event-loop.ts';
import { auditChainDocument, feedCursorDocument } from '../documents.ts';
import { readSegments } from '../read-segments.ts';
import { type FeedGap, feedLine, gapLine } from './feed-line.ts';

/** The lines of one segment, or in place of some that are gone. */
export interface FeedPortion {
  readonly account: AccountId;
  /** The last segment that it stands for. */
  readonly upTo: number;
  readonly lines: readonly FeedLine[];
  readonly events: number;
  readonly gap?: FeedGap;
}

/** Segments of one account before the next account has its turn. */
const MAX_SEGMENTS = 20;

/**
 * What an account has after its cursor. Returns true if that is all. At least one portion comes, if need be an empty one.
 *
 * @throws ArchiveUnavailable, or an error if retention removes a segment meanwhile
 */
export async function* readPortions(ports: ArchiveReadPorts, account: AccountId): AsyncGenerator<FeedPortion, boolean> {
  const keys = [feedCursorDocument.key(account), auditChainDocument.key(account)] as const;
  const [cursor, stored] = await ports.store.getMany(keys, ports.clock.now());
  const sent = cursor?.value.number ?? 0;
  const chain = stored?.value;
  if (!chain || chain.number <= sent) {
    yield { account, upTo: sent, lines: [], events: 0 };
    return true;
  }
  const gapPortion = (gap: FeedGap): FeedPortion => ({
    account,
    upTo: gap.to,
    lines: [gapLine(account, gap, ports.clock.now())],
    events: 0,
    gap,
  });
  if (chain.first > sent + 1) yield gapPortion({ from: sent + 1, to: chain.first - 1 });
  let count = 0;
  for await (const part of readSegments(ports, chain, Math.max(chain.first, sent + 1))) {
    if ('damaged' in part) yield gapPortion(part.damaged);
    else {
      const lines = part.records.map((record) => feedLine(part, record));
      yield { account, upTo: part.number, lines, events: lines.length };
    }
    count += 1;
    // The lines of a segment took about a millisecond.
    await yieldToEventLoop();
    if (count === MAX_SEGMENTS) return false;
  }
  return true;
}
