import type { RefusalCode } from '@countersign/protocol/codes';
import type { Actor } from '../kernel/actor.ts';
import type { AccountEvent, EventType } from '../kernel/event.ts';
import type { AccountId } from '../kernel/ids.ts';
import { isEventVisible, maySee, visibleResources } from '../kernel/policy.ts';
import { ArchiveUnavailable } from '../kernel/ports/audit-archive.ts';
import type { ArchiveReadPorts } from '../kernel/ports/ports.ts';
import type { DocumentKey } from '../kernel/ports/store.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { type Page, parseCursor, writeCursor } from '../store/records/list-objects.ts';
import { eventEntry, timeSort } from './log/event-entry.ts';
import { indexedIds, isIndexed } from './log/indexed-ids.ts';
import { type OpenEvent, openRecord } from './log/personal-part.ts';
import type { SealedRecord } from './log/sealed-record.ts';
import { type SearchTerm, termsOfKind } from './log/search-terms.ts';
import { newestFirst } from './newest-first.ts';

export interface EventFilter {
  /** The event names it in any field. */
  about?: string | undefined;
  type?: EventType | undefined;
  outcome?: AccountEvent['outcome'] | undefined;
  reason?: RefusalCode | undefined;
  subject?: string | undefined;
  actor?: string | undefined;
  resource?: string | undefined;
  /** Both inclusive. */
  from?: number | undefined;
  to?: number | undefined;
}

export interface ListedEvent {
  /** Stable, the same in every response and export. */
  id: string;
  event: OpenEvent;
  /** The segment that contains it. */
  segment: number;
}

/** A search that takes longer returns what it has, and a cursor. An index leads the others to a whole page at once. */
export const MAX_SEARCH_MS = 1000;
/** Events compared between two looks at the clock. */
const READ_AT_ONCE = 500;
/** Reports of progress after which an object is taken to have events. */
const MAX_SEARCHES = 10;

/**
 * One page of an account's sealed events that match the filter, newest first. A page is full or the last, unless the
 * search took too long.
 *
 * @param page `isBestEffort`: an archive that cannot be read, or a long search of it, ends the page
 * @throws ArchiveUnavailable
 */
export async function listEvents(
  ports: ArchiveReadPorts,
  actor: Actor,
  filter: EventFilter,
  page: { after?: string | undefined; limit: number; isBestEffort?: boolean },
): Promise<Result<Page<ListedEvent>>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const given = page.after === undefined ? undefined : parseCursor(page.after);
  if (page.after !== undefined && !given) return refusal('INPUT_INVALID', { detail: 'after: not a cursor' });
  const { account } = actor;
  const { about, subject, resource } = filter;
  const terms = termsOfFilter(filter);
  const visible = visibleResources(actor);
  // Reveal nothing about a resource that the administrator cannot see, not even how far its events reach.
  const named = [about, subject, resource].filter((one) => one !== undefined);
  if (!isEventVisible(visible, { related: named })) return { items: [], next: null };
  const after = given ?? (filter.to === undefined ? undefined : { sort: timeSort(filter.to + 1), id: '' });
  const items: ListedEvent[] = [];
  let read = 0;
  const end = ports.clock.now() + MAX_SEARCH_MS;
  try {
    for await (const found of newestFirst(ports, account, { terms, after, from: filter.from })) {
      if ('searchedTo' in found) {
        if (!page.isBestEffort && ports.clock.now() < end) continue;
        return { items, next: writeCursor({ sort: timeSort(found.searchedTo + 1), id: '' }) };
      }
      if (matchesFilter(found.event, filter, account) && isEventVisible(visible, found.event))
        items.push(listed(found));
      read += 1;
      const isLate = read % READ_AT_ONCE === 0 && ports.clock.now() >= end;
      if (items.length === page.limit || isLate) {
        return { items, next: writeCursor(eventEntry(found, found.segment, found.position)) };
      }
    }
  } catch (error) {
    if (!page.isBestEffort || !(error instanceof ArchiveUnavailable)) throw error;
  }
  return { items, next: null };
}

function listed(record: SealedRecord): ListedEvent {
  return { id: record.id, event: openRecord(record), segment: record.segment };
}

/** The history of one object, which may be deleted: its events remain. */
export async function listHistory<T extends { account: string }>(
  ports: ArchiveReadPorts,
  actor: Actor,
  object: { id: string; key: DocumentKey<T>; missing: RefusalCode },
  filter: Omit<EventFilter, 'about'>,
  page: { after?: string | undefined; limit: number },
): Promise<Result<Page<ListedEvent>>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const [stored] = await ports.store.getMany([object.key], ports.clock.now());
  const isPresent = (stored?.value as T | undefined)?.account === actor.account;
  if (!isPresent && !(await hasEvents(ports, actor.account, object.id))) return refusal(object.missing);
  return listEvents(ports, actor, { ...filter, about: object.id }, page);
}

/**
 * After a long search without one it is taken to have some: the list finds them, page by page, or ends.
 *
 * @param maxSearches infinite where a wrong answer would change something
 */
export async function hasEvents(
  ports: ArchiveReadPorts,
  account: AccountId,
  id: string,
  maxSearches = MAX_SEARCHES,
): Promise<boolean> {
  let searches = 0;
  for await (const found of newestFirst(ports, account, { terms: [id], after: undefined, from: undefined })) {
    if ('event' in found) return true;
    searches += 1;
    if (searches === maxSearches) return true;
  }
  return false;
}

/** What every event has that matches the filter. */
export function termsOfFilter(filter: EventFilter): SearchTerm[] {
  const { about, subject, actor, resource } = filter;
  // An event is found by what it is about, or not at all. The others are compared with it, also if no index has them.
  const compared = [subject, actor, resource].filter((id) => id !== undefined).filter(isIndexed);
  return [...new Set([...(about === undefined ? [] : [about]), ...compared, ...termsOfKind(filter)])];
}

/** Whether an event matches the filter. */
export function matchesFilter(event: AccountEvent, filter: EventFilter, account: AccountId): boolean {
  const { about, type, outcome, reason, subject, actor, resource, from = 0, to = Number.POSITIVE_INFINITY } = filter;
  if (about !== undefined && !indexedIds(event).includes(about)) return false;
  const asked: [unknown, unknown][] = [
    [account, event.account],
    [type, event.type],
    [outcome, event.outcome],
    [reason, event.reason],
    [subject, event.subject],
    [actor, event.actor.id],
    [resource, event.resource],
  ];
  return event.at >= from && event.at <= to && asked.every(([wanted, is]) => wanted === undefined || wanted === is);
}
