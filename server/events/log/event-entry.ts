import type { IndexEntry } from '../../kernel/ports/store.ts';
import type { AuditRecord } from './segment.ts';

/** Where a record is. Without a position: all records of the segment in that second. */
interface EventPlace {
  readonly segment: number;
  readonly position?: number;
}

/** Sorts by time; fifteen digits hold every instant until the year 33658. */
export function timeSort(at: number): string {
  return String(Math.max(0, at)).padStart(15, '0');
}

/** The second of an instant. */
export function secondOf(at: number): number {
  return Math.floor(at / 1000);
}

/** The instant that sorts last in a second. */
export function endOfSecond(second: number): number {
  return second * 1000 + 999;
}

/** The place of a record as a cursor of a list. Records with the same instant keep the order of the log. */
export function eventEntry({ event }: AuditRecord, segment: number, position: number): IndexEntry {
  return { sort: timeSort(event.at), id: `${segmentText(segment)}.${position.toString(36).padStart(3, '0')}` };
}

/** The index entry of the records of one second in a segment: a list reads the segment and picks them. */
export function secondEntry(second: number, segment: number): IndexEntry {
  return { sort: timeSort(endOfSecond(second)), id: segmentText(segment) };
}

/** The segment, and the position if there is one, that an index entry or a cursor points at. */
export function parseEventEntry({ id }: Pick<IndexEntry, 'id'>): EventPlace | undefined {
  const match = /^([0-9a-z]+)(?:\.([0-9a-z]+))?$/.exec(id);
  if (!match) return undefined;
  const segment = Number.parseInt(match[1] ?? '', 36);
  return match[2] === undefined ? { segment } : { segment, position: Number.parseInt(match[2], 36) };
}

/** Sorts by number. */
export function segmentText(segment: number): string {
  return segment.toString(36).padStart(8, '0');
}
