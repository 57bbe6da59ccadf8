import { ABSENT, type CommitOutcome, type RawKey } from '../../kernel/ports/store.ts';
import type { PreparedChange } from '../codec/prepare-change.ts';
import { sweep } from './sweep.ts';
import {
  type DocumentRecord,
  decodeHeader,
  documentKey,
  encodeDocument,
  encodeState,
  indexStart,
  numbered,
  operationKey,
  type PartitionState,
  readState,
  STATE_KEY,
  type Tables,
} from './tables.ts';

/** Commits between two sweeps. */
const SWEEP_EVERY = 32;
const NOTHING = Buffer.alloc(0);

/**
 * Applies changes one after the other, each independently, inside one child transaction, so a throw anywhere rolls all
 * of them back. All conditions of a change are checked before its first put.
 */
export function applyChanges(tables: Tables, changes: readonly PreparedChange[], eventCap: number): CommitOutcome[] {
  const before = readState(tables);
  let state = before;
  const outcomes = changes.map((change): CommitOutcome => {
    const operation = operationKey(change.operation);
    if (tables.operations.getBinary(operation)) return 'committed';
    const current = new Map(change.expect.map(({ key }) => [key.name, readHeader(tables, documentKey(key))]));
    if (change.expect.some(({ key, version }) => versionAt(current.get(key.name), change.now) !== version)) {
      return 'conflict';
    }
    state = applyChange(tables, change, operation, current, state, eventCap);
    return 'committed';
  });
  if (state !== before) tables.meta.put(STATE_KEY, encodeState(state));
  return outcomes;
}

/** @param current the documents with an expected version, by name */
function applyChange(
  tables: Tables,
  change: PreparedChange,
  operation: Buffer,
  current: ReadonlyMap<string, DocumentRecord | undefined>,
  before: PartitionState,
  eventCap: number,
): PartitionState {
  const version = before.commits + 1;
  const events = before.events + change.events.length;
  tables.operations.put(operation, numbered(change.now));
  tables.operationTimes.put(numbered(change.now, operation), NOTHING);

  const forgetExpiry = (key: RawKey, name: Buffer) => {
    const record = current.has(key.name) ? current.get(key.name) : readHeader(tables, name);
    if (record && record.expiresAt !== Number.POSITIVE_INFINITY) {
      tables.expiries.remove(numbered(record.expiresAt, name));
    }
    return record;
  };
  for (const { key, json, expiresAt } of change.put) {
    const name = documentKey(key);
    forgetExpiry(key, name);
    tables.documents.put(name, encodeDocument(version, expiresAt, json));
    if (expiresAt !== undefined) tables.expiries.put(numbered(expiresAt, name), NOTHING);
  }
  for (const key of change.delete) {
    const name = documentKey(key);
    if (forgetExpiry(key, name)) tables.documents.remove(name);
  }
  for (const { index, entry, add } of change.index) {
    const name = Buffer.concat([indexStart(index), entry]);
    if (add) tables.index.put(name, NOTHING);
    else tables.index.remove(name);
  }
  change.events.forEach((json, at) => {
    tables.events.put(numbered(before.events + 1 + at), Buffer.from(json));
  });
  for (let drop = Math.max(1, before.events + 1 - eventCap); drop <= events - eventCap; drop++) {
    tables.events.remove(numbered(drop));
  }
  if (version % SWEEP_EVERY === 0) sweep(tables, change.now);
  return { commits: version, events };
}

function versionAt(record: DocumentRecord | undefined, now: number): number {
  return record && record.expiresAt > now ? record.version : ABSENT;
}

function readHeader(tables: Tables, name: Buffer): DocumentRecord | undefined {
  const bytes = tables.documents.getBinary(name);
  return bytes && decodeHeader(bytes);
}
