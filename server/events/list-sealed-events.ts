import type { Actor } from '../kernel/actor.ts';
import { isEventVisible, maySee, visibleResources } from '../kernel/policy.ts';
import type { ArchiveReadPorts } from '../kernel/ports/ports.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { auditChainDocument } from './documents.ts';
import { type EventFilter, type ListedEvent, MAX_SEARCH_MS, matchesFilter, termsOfFilter } from './list-events.ts';
import { openRecord } from './log/personal-part.ts';
import { emptyChain } from './log/segment.ts';
import { searchSegments } from './read-segments.ts';

/** Events compared with the filter per page, and those of a last whole segment. */
const EVENTS_READ = 500;

export interface SealedPage {
  items: ListedEvent[];
  /** The last segment that was read: where the next page begins. */
  next: number;
  /** Whether there are segments behind it already. */
  hasMore: boolean;
}

/**
 * The events of an account in the order in which they were sealed: an event that is sealed late is in a later segment,
 * however old it is. A page has whole segments, and is empty only at the end, or if the search took too long. Segments that have expired are passed over.
 *
 * @param after the last segment that the caller has. Undefined: the page is empty, and `next` is the end of the chain
 * @throws ArchiveUnavailable
 */
export async function listSealedEvents(
  ports: ArchiveReadPorts,
  actor: Actor,
  filter: EventFilter,
  { after, atOnce = EVENTS_READ }: { after?: number | undefined; atOnce?: number },
): Promise<Result<SealedPage>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const [stored] = await ports.store.getMany([auditChainDocument.key(account)], ports.clock.now());
  const chain = stored?.value ?? emptyChain(account);
  if (after === undefined) return { items: [], next: chain.number, hasMore: false };
  if (after > chain.number) return refusal('INPUT_INVALID', { detail: 'after: there is no such segment yet' });
  const visible = visibleResources(actor);
  const items: ListedEvent[] = [];
  // Also where all segments behind it have expired: a caller would ask for them for ever.
  let next = Math.max(after, chain.first - 1);
  let read = 0;
  const end = ports.clock.now() + MAX_SEARCH_MS;
  for await (const part of searchSegments(ports, chain, next + 1, termsOfFilter(filter))) {
    if ('skipped' in part || 'damaged' in part) {
      const { to } = 'skipped' in part ? part.skipped : part.damaged;
      next = Math.min(to, chain.number);
      if (ports.clock.now() >= end) break;
      continue;
    }
    next = part.number;
    read += part.records.length;
    for (const record of part.records) {
      if (isEventVisible(visible, record.event) && matchesFilter(record.event, filter, account))
        items.push({ id: record.id, event: openRecord(record), segment: part.number });
    }
    if ((read >= atOnce && items.length > 0) || ports.clock.now() >= end) break;
  }
  return { items, next, hasMore: next < chain.number };
}
