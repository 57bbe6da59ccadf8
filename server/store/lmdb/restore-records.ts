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
    const before = peek(tables.documents, name);
    const { expiresAt: expired } = before ? decodeHeader(before) : { expiresAt: Number.POSITIVE_INFINITY };
    if (Number.isFinite(expired)) tables.expiries.remove(numbered(expired, name));
    tables.documents.put(name, encodeDocument(version, expiresAt, json));
    if (expiresAt !== undefined) tables.expiries.put(numbered(expiresAt, name), NOTHING);
  }
  for (const { index, entry } of entries) tables.index.put(Buffer.concat([indexStart(index), entry]), NOTHING);
  const { commits, events } = readState(tables);
  if (lastVersion > commits) tables.main.put(STATE_KEY, encodeState({ commits: lastVersion, events }));
}
