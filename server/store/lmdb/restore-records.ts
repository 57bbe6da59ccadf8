import type { RecordName } from '../../kernel/ports/store.ts';
import { encodeKey } from '../codec/key-codec.ts';
import type { PreparedRecords } from '../codec/prepare-change.ts';
import {
  decodeHeader,
  documentKey,
  encodeDocument,
  encodeState,
  indexStart,
  numbered,
  peek,
  readState,
  STATE_KEY,
  type Tables,
} from './tables.ts';

const NOTHING = Buffer.alloc(0);

/** Inside one child transaction. */
export function restoreRecords(tables: Tables, { documents, entries, lastVersion }: PreparedRecords): void {
  for (const { key, json, version, expiresAt } of documents) {
    const name = documentKey(key);
    forgetExpiry(tables, name);
    tables.documents.put(name, encodeDocument(version, expiresAt, json));
    if (expiresAt !== undefined) tables.expiries.put(numbered(expiresAt, name), NOTHING);
  }
  for (const { index, entry } of entries) tables.index.put(Buffer.concat([indexStart(index), entry]), NOTHING);
  // Without notes of changes: nothing was in use that they could tell of.
  const { commits, events } = readState(tables);
  if (lastVersion > commits) tables.main.put(STATE_KEY, encodeState({ commits: lastVersion, events }));
}

/** Inside one child transaction. */
export function removeRecords(tables: Tables, names: readonly RecordName[]): void {
  for (const name of names) {
    if (name.kind === 'document') {
      const key = documentKey(name.key);
      forgetExpiry(tables, key);
      tables.documents.remove(key);
    } else {
      tables.index.remove(Buffer.concat([indexStart(name.index), encodeKey(name.entry.sort, name.entry.id)]));
    }
  }
}

function forgetExpiry(tables: Tables, name: Buffer): void {
  const before = peek(tables.documents, name);
  const { expiresAt } = before ? decodeHeader(before) : { expiresAt: Number.POSITIVE_INFINITY };
  if (Number.isFinite(expiresAt)) tables.expiries.remove(numbered(expiresAt, name));
}
