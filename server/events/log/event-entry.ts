import type { IndexEntry } from '../../kernel/ports/store.ts';
import type { AuditRecord } from './segment.ts';

/** Sorts by time; fifteen digits hold every instant until the year 33658. */
export function timeSort(at: number): string {
  return String(Math.max(0, at)).padStart(15, '0');
}

/** The index entry of a record in a segment. Records with the same instant keep the order of the log. */
export function eventEntry({ event }: AuditRecord, segment: number, position: number): IndexEntry {
  const id = [segment.toString(36).padStart(8, '0'), position.toString(36).padStart(3, '0')].join('.');
  return { sort: timeSort(event.at), id };
}

/** The segment and position that an index entry points at. */
export function parseEventEntry({ id }: Pick<IndexEntry, 'id'>): { segment: number; position: number } | undefined {
  const match = /^([0-9a-z]+)\.([0-9a-z]+)$/.exec(id);
  return match
    ? { segment: Number.parseInt(match[1] ?? '', 36), position: Number.parseInt(match[2] ?? '', 36) }
    : undefined;
}
