import type { AccountEvent } from '../../kernel/event.ts';
import type { IndexEntry } from '../../kernel/ports/store.ts';
import { parseEventEntry } from './event-entry.ts';
import type { AuditRecord } from './segment.ts';

/** A sealed record and where it is. */
export interface PlacedRecord extends AuditRecord {
  readonly segment: number;
  readonly position: number;
}

/** What the order of a list depends on. */
export interface Place {
  readonly event: Pick<AccountEvent, 'at'>;
  readonly segment: number;
  readonly position: number;
}

export function newerFirst(one: Place, other: Place): number {
  return other.event.at - one.event.at || other.segment - one.segment || other.position - one.position;
}

/** The place of a cursor. One that names only an instant comes after every record of it. */
export function placeOf(cursor: IndexEntry): Place {
  const { segment = -1, position = -1 } = parseEventEntry(cursor) ?? {};
  return { event: { at: Number(cursor.sort) }, segment, position };
}
