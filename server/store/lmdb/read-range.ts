import type { IndexEntry, RangeOptions } from '../../kernel/ports/store.ts';
import { decodeKey, encodeKey, encodeKeyPrefix } from '../codec/key-codec.ts';
import { assertRange } from '../codec/prepare-change.ts';
import { indexStart, type Table } from './tables.ts';
import type { TurnBudget } from './turn-budget.ts';

/** Taking an entry from a cursor costs as much as that many bytes of a document. */
export const ENTRY_COST = 256;
const ABOVE_ALL = Buffer.from([0xff]);

export function readRange(table: Table, budget: TurnBudget, index: string, options: RangeOptions): IndexEntry[] {
  assertRange(options);
  const { after, prefix = '', limit, reverse = false } = options;
  const start = indexStart(index);
  const lowest = Buffer.concat([start, encodeKeyPrefix(prefix)]);
  const above = Buffer.concat([lowest, ABOVE_ALL]);
  const mark = after && Buffer.concat([start, encodeKey(after.sort, after.id)]);
  const from = reverse ? smaller(above, mark) : larger(lowest, mark);
  const keys = table.getKeys({
    start: from,
    end: reverse ? lowest : above,
    inclusiveEnd: reverse,
    reverse,
    // `after` itself may come first.
    limit: limit + 1,
  });
  const entries: IndexEntry[] = [];
  for (const key of keys) {
    if (mark?.equals(key) || entries.length === limit) continue;
    const { first, second } = decodeKey(key.subarray(start.length));
    budget.spend(ENTRY_COST);
    entries.push({ sort: first, id: second });
  }
  return entries;
}

function larger(bound: Buffer, mark: Buffer | undefined): Buffer {
  return mark && Buffer.compare(mark, bound) > 0 ? mark : bound;
}

function smaller(bound: Buffer, mark: Buffer | undefined): Buffer {
  return mark && Buffer.compare(mark, bound) < 0 ? mark : bound;
}
