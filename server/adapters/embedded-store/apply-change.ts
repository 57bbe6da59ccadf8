import { ABSENT, type CommitOutcome, type DocumentKey } from '../../ports/store.ts';
import type { PreparedChange } from '../store-encoding/prepare-change.ts';
import { sweep } from './sweep.ts';
import {
  decodeHeader,
  documentKey,
  encodeDocument,
  encodeState,
  indexStart,
  numbered,
  operationKey,
  readState,
  STATE_KEY,
  type Tables,
} from './tables.ts';

/** A sweep every so many commits. */
const SWEEP_EVERY = 32;
const NOTHING = Buffer.alloc(0);

/**
 * Applies one change; runs inside one child transaction, so a throw anywhere leaves nothing behind. All conditions are
 * checked before the first put.
 */
export function applyChange(tables: Tables, change: PreparedChange, eventCap: number): CommitOutcome {
  const operation = operationKey(change.operation);
  if (tables.operations.getBinary(operation)) return 'committed';
  for (const { key, version } of change.expect) {
    if (currentVersion(tables, key, change.now) !== version) return 'conflict';
  }

  const before = readState(tables);
  const version = before.commits + 1;
  const events = before.events + change.events.length;
  tables.meta.put(STATE_KEY, encodeState({ commits: version, events }));
  tables.operations.put(operation, numbered(change.now));
  tables.operationTimes.put(numbered(change.now, operation), NOTHING);

  for (const { key, json, expiresAt } of change.put) {
    const name = documentKey(key);
    forgetExpiry(tables, name);
    tables.documents.put(name, encodeDocument(version, expiresAt, json));
    if (expiresAt !== undefined) tables.expiries.put(numbered(expiresAt, name), NOTHING);
  }
  for (const key of change.delete) {
    const name = documentKey(key);
    forgetExpiry(tables, name);
    tables.documents.remove(name);
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
  return 'committed';
}

function currentVersion(tables: Tables, key: DocumentKey, now: number): number {
  const bytes = tables.documents.getBinary(documentKey(key));
  if (!bytes) return ABSENT;
  const { version, expiresAt } = decodeHeader(bytes);
  return expiresAt <= now ? ABSENT : version;
}

function forgetExpiry(tables: Tables, name: Buffer): void {
  const bytes = tables.documents.getBinary(name);
  if (!bytes) return;
  const { expiresAt } = decodeHeader(bytes);
  if (expiresAt !== Number.POSITIVE_INFINITY) tables.expiries.remove(numbered(expiresAt, name));
}
