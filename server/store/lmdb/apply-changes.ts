import { ABSENT, type CommitOutcome, type RawKey } from '../../kernel/ports/store.ts';
import type { PreparedChange } from '../codec/prepare-change.ts';
import { noteCommit, storeNotes } from './noted-changes.ts';
import type { Sweeper } from './sweep.ts';
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
  peek,
  readState,
  STATE_KEY,
  type Table,
  type Tables,
} from './tables.ts';

/** Commits between two sweeps. */
const SWEEP_EVERY = 32;
const NOTHING = Buffer.alloc(0);

/**
 * Applies changes one after the other, each independently, inside one child transaction, so a throw anywhere rolls all
 * of them back. All conditions of a change are checked before its first put.
 */
export function applyChanges(
  tables: Tables,
  changes: readonly PreparedChange[],
  { eventCap, sweeper }: { eventCap: number; sweeper: Sweeper },
): CommitOutcome[] {
  const before = readState(tables);
  let state = before;
  const outcomes = changes.map((change): CommitOutcome => {
    const operation = change.once ? undefined : operationKey(change.operation);
    if (operation && peek(tables.operations, operation)) return 'committed';
    const current = new Map(change.expect.map(({ key }) => [key.name, readHeader(tables, documentKey(key))]));
    if (change.expect.some(({ key, version }) => versionAt(current.get(key.name), change.now) !== version)) {
      return 'conflict';
    }
    state = applyChange(tables, change, operation, current, state);
    if (state.commits % SWEEP_EVERY === 0) sweeper.sweep(tables, change.now);
    return 'committed';
  });
  if (state !== before) tables.main.put(STATE_KEY, encodeState(storeNotes(tables, state)));
  dropEvents(tables.events, firstEvent(before.events, eventCap), firstEvent(state.events, eventCap));
  return outcomes;
}

/**
 * @param operation its id, to be recorded
 * @param current the documents with an expected version, by name
 */
function applyChange(
  tables: Tables,
  change: PreparedChange,
  operation: Buffer | undefined,
  current: ReadonlyMap<string, DocumentRecord | undefined>,
  before: PartitionState,
): PartitionState {
  const version = before.commits + 1;
  const events = before.events + change.events.length;
  if (operation) tables.operations.put(operation, numbered(change.now));

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
  return { commits: version, events, noted: before.noted && noteCommit(before.noted, change) };
}

/**
 * The oldest event to keep of that many. In steps of a thousandth of the cap, so that few commits write the pages of
 * the oldest events too.
 */
function firstEvent(events: number, eventCap: number): number {
  const step = Math.floor(eventCap / 1000) + 1;
  return 1 + Math.ceil(Math.max(0, events - eventCap) / step) * step;
}

function dropEvents(events: Table, from: number, to: number): void {
  if (to === from) return;
  for (const key of [...events.getKeys({ end: numbered(to) })]) events.remove(key);
}

function versionAt(record: DocumentRecord | undefined, now: number): number {
  return record && record.expiresAt > now ? record.version : ABSENT;
}

function readHeader(tables: Tables, name: Buffer): DocumentRecord | undefined {
  const bytes = peek(tables.documents, name);
  return bytes && decodeHeader(bytes);
}
