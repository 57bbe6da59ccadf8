import { OPERATION_RETENTION_MS } from '../../kernel/ports/store.ts';
import { HOUR_MS } from '../../kernel/time.ts';
import { numbered, type Table, type Tables } from './tables.ts';

/**
 * Time after which an expired document or counter is removed, so that setting the clock back slightly changes nothing.
 */
export const EXPIRED_RETENTION_MS = HOUR_MS;
/** Maximum entries of each kind per sweep: more than the commits in between can add. */
const AT_MOST = 256;
/** Operations that a sweep passes without removing them: twice as many as the commits in between add. */
const PASSED_AT_MOST = 64;

const FIRST = Buffer.from([0]);

/** Bounded garbage collection of entries that no reader sees and no repeat needs. */
export class Sweeper {
  /** Where the walk over the operations continues. */
  #from = FIRST;

  /** Part of the caller's transaction. */
  sweep(tables: Tables, now: number): void {
    for (const key of upTo(tables.expiries, now - EXPIRED_RETENTION_MS)) {
      tables.expiries.remove(key);
      tables.documents.remove(key.subarray(6));
    }
    for (const key of this.#oldOperations(tables.operations, now - OPERATION_RETENTION_MS)) {
      tables.operations.remove(key);
    }
    for (const key of upTo(tables.counters, now - EXPIRED_RETENTION_MS)) tables.counters.remove(key);
  }

  /**
   * The walk goes round the table, whose order is that of the ids. A second table in the order of time would cost each
   * commit more than the walk (decision 0256).
   */
  #oldOperations(table: Table, before: number): Buffer[] {
    const old: Buffer[] = [];
    let seen = 0;
    for (const { key, value } of table.getRange({ start: this.#from, limit: AT_MOST })) {
      seen += 1;
      if (value.readUIntBE(0, 6) < before) old.push(Buffer.from(key));
      if (seen < AT_MOST && seen - old.length < PASSED_AT_MOST) continue;
      this.#from = Buffer.from(key);
      return old;
    }
    this.#from = FIRST;
    return old;
  }
}

/** Collects the keys first: the tables do not change while a cursor reads them. */
function upTo(table: Table, instant: number): Buffer[] {
  if (instant < 0) return [];
  return [...table.getKeys({ end: numbered(instant), limit: AT_MOST })].map((key) => Buffer.from(key));
}
