import { HOUR_MS, MINUTE_MS } from '../../kernel/time.ts';
import { numbered, type Table, type Tables } from './tables.ts';

/**
 * Time after which an expired document or counter is removed, so that setting the clock back slightly changes nothing.
 */
export const EXPIRED_RETENTION_MS = HOUR_MS;
/** The contract promises ten minutes. */
export const OPERATION_RETENTION_MS = 15 * MINUTE_MS;
/** Maximum entries of each kind per sweep: more than the commits in between can add. */
const AT_MOST = 256;

/** Bounded garbage collection of entries that no reader sees and no repeat needs. Part of the caller's transaction. */
export function sweep(tables: Tables, now: number): void {
  for (const key of upTo(tables.expiries, now - EXPIRED_RETENTION_MS)) {
    tables.expiries.remove(key);
    tables.documents.remove(key.subarray(6));
  }
  for (const key of upTo(tables.operationTimes, now - OPERATION_RETENTION_MS)) {
    tables.operationTimes.remove(key);
    tables.operations.remove(key.subarray(6));
  }
  for (const key of upTo(tables.counters, now - EXPIRED_RETENTION_MS)) tables.counters.remove(key);
}

/** Collects the keys first: the tables do not change while a cursor reads them. */
function upTo(table: Table, instant: number): Buffer[] {
  if (instant < 0) return [];
  return [...table.getKeys({ end: numbered(instant), limit: AT_MOST })].map((key) => Buffer.from(key));
}
