import { MINUTE_MS } from '../../kernel/time.ts';
import { numbered, type Table, type Tables } from './tables.ts';

/** So long ago a document or the window of a counter has ended when it is removed: a clock set back a little changes nothing. */
export const EXPIRED_KEPT_MS = 60 * MINUTE_MS;
/** The contract promises ten minutes. */
export const OPERATION_KEPT_MS = 15 * MINUTE_MS;
/** Most entries of each kind that one sweep removes: more than the commits in between can have added. */
const AT_MOST = 256;

/** Garbage collection, bounded; what it removes no reader sees and no repeat asks for. Part of the caller's transaction. */
export function sweep(tables: Tables, now: number): void {
  for (const key of upTo(tables.expiries, now - EXPIRED_KEPT_MS)) {
    tables.expiries.remove(key);
    tables.documents.remove(key.subarray(6));
  }
  for (const key of upTo(tables.operationTimes, now - OPERATION_KEPT_MS)) {
    tables.operationTimes.remove(key);
    tables.operations.remove(key.subarray(6));
  }
  for (const key of upTo(tables.counters, now - EXPIRED_KEPT_MS)) tables.counters.remove(key);
}

/** Gathered first: the tables are not changed while a cursor walks them. */
function upTo(table: Table, instant: number): Buffer[] {
  if (instant < 0) return [];
  return [...table.getKeys({ end: numbered(instant), limit: AT_MOST })].map((key) => Buffer.from(key));
}
