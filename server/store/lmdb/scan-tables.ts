import type { RawKey, RecordName, ScannedRecord, ScanPage } from '../../kernel/ports/store.ts';
import { decodeKey, encodeKey } from '../codec/key-codec.ts';
import { assertRange } from '../codec/prepare-change.ts';
import { ENTRY_COST } from './read-range.ts';
import { decodeHeader, decodeJson, documentKey, indexStart, isDigest, peek, type Tables } from './tables.ts';
import type { TurnBudget } from './turn-budget.ts';

/**
 * One page: the documents in the order of their keys, then the index in its own order. It ends early when the turn's
 * budget is spent. The cursor is the table's letter and the last key.
 */
export function scanTables(
  tables: Tables,
  budget: TurnBudget,
  { after, limit, only }: { after: string | undefined; limit: number; only: 'documents' | undefined },
): ScanPage {
  assertRange({ limit });
  const { table, key } = parseCursor(after);
  const records: ScannedRecord[] = [];
  if (table === 'd') {
    let last: Buffer | undefined;
    for (const found of tables.documents.getRange(from(key, limit))) {
      last = Buffer.from(found.key);
      if (isDigest(last)) throw new Error('a document with a key of more than 1024 bytes cannot be walked over');
      const { first: anchor, second: name } = decodeKey(last);
      records.push(documentRecord({ anchor, name }, found.value));
      budget.spend(found.value.length);
      if (budget.isSpent) return { records, next: writeCursor('d', last) };
    }
    const end = only === 'documents' ? undefined : 'i';
    return { records, next: last && records.length === limit ? writeCursor('d', last) : end };
  }
  let last: Buffer | undefined;
  for (const found of tables.index.getKeys(from(key, limit))) {
    last = Buffer.from(found);
    const { first: index, rest } = splitIndexKey(last);
    const { first: sort, second: id } = decodeKey(rest);
    records.push({ kind: 'index', index, entry: { sort, id }, partition: 0 });
    budget.spend(ENTRY_COST);
  }
  return { records, next: last && records.length === limit ? writeCursor('i', last) : undefined };
}

export function lookUpRecord(
  tables: Pick<Tables, 'documents' | 'index'>,
  budget: TurnBudget,
  name: RecordName,
): ScannedRecord | undefined {
  if (name.kind === 'document') {
    const bytes = peek(tables.documents, documentKey(name.key));
    if (!bytes) return undefined;
    budget.spend(bytes.length);
    // The next read overwrites the bytes.
    return documentRecord(name.key, Buffer.from(bytes));
  }
  budget.spend(ENTRY_COST);
  const { index, entry } = name;
  const isThere = peek(tables.index, Buffer.concat([indexStart(index), encodeKey(entry.sort, entry.id)])) !== undefined;
  return isThere ? { kind: 'index', index, entry, partition: 0 } : undefined;
}

function documentRecord(key: RawKey, bytes: Buffer): ScannedRecord {
  const { version, expiresAt } = decodeHeader(bytes);
  const expiry = Number.isFinite(expiresAt) ? { expiresAt } : {};
  return {
    kind: 'document',
    key,
    get value(): unknown {
      return JSON.parse(decodeJson(bytes));
    },
    version,
    ...expiry,
  };
}

function from(key: Buffer | undefined, limit: number) {
  // A key followed by a zero byte is its immediate successor.
  return key ? { start: Buffer.concat([key, Buffer.from([0])]), limit } : { limit };
}

/** The index's name ends at the first NUL that is not escaped, as in every pair. */
export function splitIndexKey(key: Buffer): { first: string; rest: Buffer } {
  let end = key.indexOf(0);
  while (key[end + 1] === 0xff) end = key.indexOf(0, end + 2);
  return { first: decodeKey(key.subarray(0, end + 1)).first, rest: key.subarray(end + 1) };
}

function writeCursor(table: 'd' | 'i', key: Buffer): string {
  return `${table}${key.toString('base64url')}`;
}

function parseCursor(text = 'd'): { table: 'd' | 'i'; key: Buffer | undefined } {
  const [table, rest] = [text.slice(0, 1), text.slice(1)];
  if ((table !== 'd' && table !== 'i') || !/^[\w-]*$/.test(rest)) throw new RangeError('not a cursor of this store');
  return { table, key: rest === '' ? undefined : Buffer.from(rest, 'base64url') };
}
