import type { AccountEvent } from '../../kernel/event.ts';
import type { IndexEntry } from '../../kernel/ports/store.ts';
import { parseEventEntry } from './event-entry.ts';
import type { AuditRecord } from './segment.ts';

/** A sealed record and where it is. */
export interface SealedRecord extends AuditRecord {
  readonly segment: number;
  readonly position: number;
}

/** What decides the order of a list. */
export interface LogPosition {
  readonly event: Pick<AccountEvent, 'at'>;
  readonly segment: number;
  readonly position: number;
}

export function newerFirst(one: LogPosition, other: LogPosition): number {
  return other.event.at - one.event.at || other.segment - one.segment || other.position - one.position;
}

/** The position that a cursor names. One that names only an instant comes after every record of it. */
export function parsePosition(cursor: IndexEntry): LogPosition {
  const { segment = -1, position = -1 } = parseEventEntry(cursor) ?? {};
  return { event: { at: Number(cursor.sort) }, segment, position };
}
