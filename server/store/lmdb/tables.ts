import { createHash } from 'node:crypto';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { RawKey } from '../../kernel/ports/store.ts';
import { encodeKey, encodeKeyPrefix } from '../codec/key-codec.ts';
import { encodeText } from '../codec/text.ts';

export type Table = Pick<Database<Buffer, Buffer>, 'getBinaryFast' | 'put' | 'remove' | 'getRange' | 'getKeys'>;

/** The store's LMDB databases. All keys and values are encoded in this folder. */
export interface Tables {
  /**
   * The unnamed table, which names the others: every transaction writes its page. `state`: the commit and event
   * sequences.
   */
  readonly main: Table;
  /** `format`: the layout's number. `check`: the last readiness write. */
  readonly meta: Table;
  /** Document key -> version, expiry, JSON. */
  readonly documents: Table;
  /** Expiry + document key, for the sweep. */
  readonly expiries: Table;
  /** Operation id -> instant applied. */
  readonly operations: Table;
  /** Index name + entry. */
  readonly index: Table;
  /** Event sequence -> JSON. */
  readonly events: Table;
  /** Last version + names of the records that commits have changed up to it; see `noted-changes.ts`. */
  readonly changes: Table;
  /** End of the window + digest -> length of the window, count, key as JSON. */
  readonly counters: Table;
}

export function openTables(path: string): { root: RootDatabase<Buffer, Buffer>; tables: Tables } {
  const root = openPrivately(path);
  const table = (name: string): Table =>
    root.openDB<Buffer, Buffer>(name, { encoding: 'binary', keyEncoding: 'binary' });
  // In one transaction, which is flushed once; otherwise each would have its own.
  const tables = root.transactionSync(() => ({
    main: root,
    meta: table('meta'),
    documents: table('documents'),
    expiries: table('expiries'),
    operations: table('operations'),
    index: table('index'),
    events: table('events'),
    changes: table('changes'),
    counters: table('counters'),
  }));
  return { root, tables };
}

/** The library makes files that others may read, whatever the folder is (SR-86). */
function openPrivately(path: string): RootDatabase<Buffer, Buffer> {
  const before = process.umask(0o077);
  try {
    return open<Buffer, Buffer>({
      path,
      noSubdir: false,
      maxDbs: 9,
      encoding: 'binary',
      keyEncoding: 'binary',
      // Without overlapping sync the write thread ends a transaction with fdatasync and a synchronous write of the meta
      // page, and only then resolves the transaction's promise: awaiting it means durable. With it (the library's
      // default) the promise only means visible, `db.flushed` means durable, and a failed flush leaves that one pending.
      overlappingSync: false,
      // With it the library creates promises that cannot be handled: a full disk would end the process.
      eventTurnBatching: false,
      noSync: false,
      noMetaSync: false,
    });
  } finally {
    process.umask(before);
  }
}

/**
 * The value of a key in the library's own buffer, which the next read of any table overwrites. It saves the memory and
 * the copy, which cost more than the read.
 */
export function peek(table: Pick<Table, 'getBinaryFast'>, key: Buffer): Buffer | undefined {
  const bytes = table.getBinaryFast(key);
  // Its `length` is that of the value; the buffer is longer.
  return bytes?.subarray(0, bytes.length);
}

export const STATE_KEY = Buffer.from('state');
export const FORMAT_KEY = Buffer.from('format');
export const CHECK_KEY = Buffer.from('check');

/** LMDB's limit is 1978 bytes; an instant precedes the name. */
const MAX_NAME_LENGTH = 1024;

export function documentKey({ anchor, name }: RawKey): Buffer {
  return shorten(encodeKey(anchor, name));
}

export function operationKey(operation: string): Buffer {
  return shorten(encodeText(operation));
}

/** The prefix of all entries of an index. */
export function indexStart(index: string): Buffer {
  return Buffer.concat([encodeKeyPrefix(index), Buffer.from([0])]);
}

/** Encoded text never begins with FF, so a digest cannot be confused with a short key. */
function shorten(key: Buffer): Buffer {
  if (key.length <= MAX_NAME_LENGTH) return key;
  return Buffer.concat([Buffer.from([0xff]), createHash('sha256').update(key).digest()]);
}

/** An instant or a sequence number as six sortable bytes, followed by a key. */
export function numbered(number: number, key?: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(6 + (key?.length ?? 0));
  bytes.writeUIntBE(number, 0, 6);
  key?.copy(bytes, 6);
  return bytes;
}

export interface DocumentRecord {
  readonly version: number;
  /** Infinity: never. */
  readonly expiresAt: number;
}

const HEADER = 16;

export function encodeDocument(version: number, expiresAt: number | undefined, json: string): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER + Buffer.byteLength(json));
  bytes.writeDoubleBE(version, 0);
  bytes.writeDoubleBE(expiresAt ?? Number.POSITIVE_INFINITY, 8);
  bytes.write(json, HEADER);
  return bytes;
}

export function decodeHeader(bytes: Buffer): DocumentRecord {
  return { version: bytes.readDoubleBE(0), expiresAt: bytes.readDoubleBE(8) };
}

export function decodeJson(bytes: Buffer): string {
  return bytes.toString('utf8', HEADER);
}

export function decodeDocument(bytes: Buffer) {
  const { version, expiresAt } = decodeHeader(bytes);
  return { stored: { value: JSON.parse(decodeJson(bytes)) as unknown, version }, expiresAt };
}

export interface PartitionState {
  readonly commits: number;
  readonly events: number;
  /** If commits note which records they change. */
  readonly noted?: NotedChanges | undefined;
}

export interface NotedChanges {
  /** The changes after this version were noted. */
  readonly after: number;
  /** The newest notes. They lie beside the state because every commit writes that page anyway. */
  readonly newest: Buffer;
}

const STATE_LENGTH = 12;

export function readState(tables: Pick<Tables, 'main'>): PartitionState {
  const bytes = peek(tables.main, STATE_KEY);
  if (!bytes) return { commits: 0, events: 0 };
  const state = { commits: bytes.readUIntBE(0, 6), events: bytes.readUIntBE(6, 6) };
  if (bytes.length === STATE_LENGTH) return state;
  // The next read overwrites the bytes.
  const newest = Buffer.from(bytes.subarray(STATE_LENGTH + 6));
  return { ...state, noted: { after: bytes.readUIntBE(STATE_LENGTH, 6), newest } };
}

export function encodeState({ commits, events, noted }: PartitionState): Buffer {
  const bytes = Buffer.allocUnsafe(STATE_LENGTH + (noted ? 6 + noted.newest.length : 0));
  bytes.writeUIntBE(commits, 0, 6);
  bytes.writeUIntBE(events, 6, 6);
  if (noted) {
    bytes.writeUIntBE(noted.after, STATE_LENGTH, 6);
    noted.newest.copy(bytes, STATE_LENGTH + 6);
  }
  return bytes;
}

/** True if a key was too long to be stored unhashed. */
export function isDigest(key: Buffer): boolean {
  return key[0] === 0xff;
}
