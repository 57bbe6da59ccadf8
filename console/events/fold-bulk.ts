import type { EventView } from './event.ts';

/** A row of the list: one event, or those of one change of many objects, newest first. */
export interface EventRow {
  events: readonly [EventView, ...EventView[]];
  /** Their requests; empty for a row of one event. */
  requests: ReadonlySet<string>;
}

/** From this many events of one kind on, a request changed many objects. */
const MIN_BULK = 3;
/** An import sends its batches one after the other. A longer pause is another one. */
const MAX_PAUSE_MS = 60_000;

/**
 * Folds what one request, or several of one actor in quick succession, did to many objects, such as an import, into
 * one row at the place of its newest event. What others did in between stays where it is.
 *
 * @param items newest first
 */
export function foldBulk(items: readonly EventView[]): EventRow[] {
  const counts = new Map<string, number>();
  const bulk = new Set<string>();
  for (const { requestId, type, outcome } of items) {
    if (requestId === undefined || outcome !== 'done') continue;
    const key = `${requestId} ${type}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count >= MIN_BULK) bulk.add(requestId);
  }
  const rows: { events: [EventView, ...EventView[]]; requests: Set<string> }[] = [];
  const latest = new Map<string, (typeof rows)[number]>();
  for (const event of items) {
    const { requestId, actor, outcome, at } = event;
    if (requestId === undefined || outcome !== 'done' || !bulk.has(requestId)) {
      rows.push({ events: [event], requests: new Set() });
      continue;
    }
    const by = `${actor.kind} ${actor.id}`;
    const row = latest.get(by);
    if (row && (row.events.at(-1)?.at ?? at) - at <= MAX_PAUSE_MS) {
      row.events.push(event);
      row.requests.add(requestId);
      continue;
    }
    const begun = { events: [event] as [EventView], requests: new Set([requestId]) };
    latest.set(by, begun);
    rows.push(begun);
  }
  return rows;
}

/** How many events of each type a row has, the most frequent first. */
export function countTypes({ events }: Pick<EventRow, 'events'>): [type: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
}
