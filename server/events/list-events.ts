import type { RefusalCode } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Actor } from '../kernel/actor.ts';
import type { AccountEvent, EventType } from '../kernel/event.ts';
import type { AccountId } from '../kernel/ids.ts';
import { isEventVisible, maySee, visibleResources } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentKey, IndexEntry } from '../kernel/ports/store.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { type Page, parseCursor, writeCursor } from '../records/list-objects.ts';
import { eventIndexes, segmentDocument } from './documents.ts';
import { parseEventEntry, timeSort } from './log/event-entry.ts';
import type { AuditRecord, Segment } from './log/segment.ts';

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

export interface ListedEvent extends AuditRecord {
  /** The segment that contains it. */
  segment: number;
}

/** Maximum entries read per page; a filter with few matches returns a short page and a cursor. */
const MAX_EVENTS_READ = 2000;
const BATCH_SIZE = 50;

/** One page of an account's sealed events that match the filter, newest first. A short page may not be the last. */
export async function listEvents(
  ports: Pick<Ports, 'store' | 'clock'>,
  actor: Actor,
  filter: EventFilter,
  page: { after?: string | undefined; limit: number },
): Promise<Result<Page<ListedEvent>>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const given = page.after === undefined ? undefined : parseCursor(page.after);
  if (page.after !== undefined && !given) return refusal('INPUT_INVALID', { detail: 'after: not a cursor' });
  const { account } = actor;
  // Use the narrowest index first; check the rest of the filter on the event itself.
  const id = filter.about ?? filter.subject ?? filter.actor ?? filter.resource;
  const visible = visibleResources(actor);
  // Reveal nothing about a resource that the administrator cannot see, not even how far its events reach.
  const named = [filter.about, filter.subject, filter.resource].filter((one) => one !== undefined);
  if (!isEventVisible(visible, { related: named })) return { items: [], next: null };
  const index = id === undefined ? eventIndexes.all(account) : eventIndexes.about(account, id);
  const segments = new Segments(ports, account);
  const items: ListedEvent[] = [];
  let after = given ?? (filter.to === undefined ? undefined : { sort: timeSort(filter.to + 1), id: '' });
  for (let looked = 0; looked < MAX_EVENTS_READ; looked += BATCH_SIZE) {
    const entries = await ports.store.range(index, { limit: BATCH_SIZE, reverse: true, ...omitUndefined({ after }) });
    const within =
      filter.from === undefined ? entries : entries.filter(({ sort }) => sort >= timeSort(filter.from ?? 0));
    await segments.load(within);
    for (const entry of within) {
      after = entry;
      const listed = segments.recordAt(entry);
      if (listed && passes(listed.event, filter, account) && isEventVisible(visible, listed.event)) items.push(listed);
      if (items.length === page.limit) return { items, next: writeCursor(entry) };
    }
    if (within.length < BATCH_SIZE) return { items, next: null };
  }
  return { items, next: after ? writeCursor(after) : null };
}

/** The history of one object, which may be deleted: its events remain. */
export async function listHistory<T extends { account: string }>(
  ports: Pick<Ports, 'store' | 'clock'>,
  actor: Actor,
  object: { id: string; key: DocumentKey<T>; missing: RefusalCode },
  filter: Omit<EventFilter, 'about'>,
  page: { after?: string | undefined; limit: number },
): Promise<Result<Page<ListedEvent>>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const index = eventIndexes.about(actor.account, object.id);
  const [[stored], [known]] = await Promise.all([
    ports.store.getMany([object.key], ports.clock.now()),
    ports.store.range(index, { limit: 1 }),
  ]);
  if (!known && (stored?.value as T | undefined)?.account !== actor.account) return refusal(object.missing);
  return listEvents(ports, actor, { ...filter, about: object.id }, page);
}

function passes(event: AccountEvent, filter: EventFilter, account: AccountId): boolean {
  const { type, outcome, reason, subject, actor, resource, from = 0, to = Number.POSITIVE_INFINITY } = filter;
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

/** The segments read by one request. */
class Segments {
  readonly #ports: Pick<Ports, 'store' | 'clock'>;
  readonly #account: AccountId;
  #read = new Map<number, Segment>();

  constructor(ports: Pick<Ports, 'store' | 'clock'>, account: AccountId) {
    this.#ports = ports;
    this.#account = account;
  }

  /** Loads the segments that the entries point to and drops the others. */
  async load(entries: readonly IndexEntry[]): Promise<void> {
    const numbers = new Set(entries.flatMap((entry) => parseEventEntry(entry)?.segment ?? []));
    const missing = [...numbers].filter((number) => !this.#read.has(number));
    const stored = await this.#ports.store.getMany(
      missing.map((number) => segmentDocument.key(this.#account, number)),
      this.#ports.clock.now(),
    );
    const kept = [...this.#read].filter(([number]) => numbers.has(number));
    const read = stored.flatMap((one) => (one ? [[one.value.number, one.value] as const] : []));
    this.#read = new Map([...kept, ...read]);
  }

  recordAt(entry: IndexEntry): ListedEvent | undefined {
    const place = parseEventEntry(entry);
    const record = place && this.#read.get(place.segment)?.records[place.position];
    return record && { ...record, segment: place.segment };
  }
}
