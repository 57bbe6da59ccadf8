import {
  type Change,
  type IndexEntry,
  JsonText,
  type RangeOptions,
  type RawKey,
  type RestoredRecords,
  type Store,
  type StoredEvent,
} from '../../kernel/ports/store.ts';
import { encodeKey } from './key-codec.ts';

/** A validated {@link Change} as text and bytes: applying it cannot fail on its content. */
export interface PreparedChange {
  readonly anchor: string;
  readonly operation: string;
  readonly once: boolean;
  readonly now: number;
  readonly expect: readonly { readonly key: RawKey; readonly version: number }[];
  readonly put: readonly { readonly key: RawKey; readonly json: string; readonly expiresAt: number | undefined }[];
  readonly delete: readonly RawKey[];
  /** In the order of application. */
  readonly index: readonly { readonly index: string; readonly entry: Buffer; readonly add: boolean }[];
  readonly events: readonly string[];
}

/** Maximum bytes of index name + sort + id: the limit of an LMDB key, enforced by every adapter. */
const INDEX_ENTRY_BYTES = 1800;
/** Maximum instant: instants are written in six bytes. The year 10889. */
const LAST_INSTANT = 2 ** 48 - 1;

/**
 * Validates a change before anything is written. A rejection is a bug of the caller, so it throws.
 * @throws TypeError for a foreign anchor, a document named twice, or a value that JSON cannot represent
 * @throws RangeError for an invalid instant or version, or an index entry that is too long
 */
export function prepareChange(change: Change): PreparedChange {
  const { anchor, operation, once = false, now } = change;
  if (operation === '') throw new TypeError('A change needs an operation id');
  assertInstant(now, 'now');
  for (const { key, version } of change.expect) {
    assertAnchor(key, anchor);
    if (!Number.isSafeInteger(version) || version < 0) throw new RangeError(`Not a version: ${version}`);
  }
  const put = (change.put ?? []).map(({ key, value, expiresAt }) => {
    assertAnchor(key, anchor);
    if (expiresAt !== undefined) assertInstant(expiresAt, 'expiresAt');
    return { key, json: toJson(value), expiresAt };
  });
  const removed = change.delete ?? [];
  for (const key of removed) assertAnchor(key, anchor);
  const written = new Set([...put.map(({ key }) => key.name), ...removed.map((key) => key.name)]);
  if (written.size !== put.length + removed.length) {
    throw new TypeError('A change writes one document twice');
  }
  return {
    anchor,
    operation,
    once,
    now,
    expect: change.expect,
    put,
    delete: removed,
    index: encodeSteps(change.index ?? []),
    events: (change.append ?? []).map(toJson),
  };
}

/** Validated {@link RestoredRecords} as text and bytes. */
export interface PreparedRecords {
  readonly documents: readonly {
    readonly key: RawKey;
    readonly json: string;
    readonly version: number;
    readonly expiresAt: number | undefined;
  }[];
  readonly entries: readonly { readonly index: string; readonly entry: Buffer }[];
  /** The highest version that was given; 0 without documents. */
  readonly lastVersion: number;
}

/**
 * @throws TypeError for an anchor of another partition, or a value that JSON cannot represent
 * @throws RangeError as {@link prepareChange}
 */
export function prepareRecords(
  store: Pick<Store, 'partitionOf'>,
  partition: number,
  records: RestoredRecords,
): PreparedRecords {
  let { lastVersion = 0 } = records;
  const documents = records.documents.map(({ key, value, version, expiresAt }) => {
    if (store.partitionOf(key.anchor) !== partition) throw new TypeError('A record belongs to another partition');
    if (!Number.isSafeInteger(version) || version < 1 || version > LAST_INSTANT) {
      throw new RangeError(`Not a version: ${version}`);
    }
    if (expiresAt !== undefined) assertInstant(expiresAt, 'expiresAt');
    lastVersion = Math.max(lastVersion, version);
    return { key, json: toJson(value), version, expiresAt };
  });
  const entries = records.entries.map(({ index, entry }) => {
    const bytes = encodeKey(entry.sort, entry.id);
    assertEntry(index, bytes);
    return { index, entry: bytes };
  });
  return { documents, entries, lastVersion };
}

/** @throws RangeError for a limit outside 1 to 1000 */
export function assertRange({ limit }: RangeOptions): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new RangeError('limit must be 1 to 1000');
}

/** @throws RangeError unless the events are in order, after the previous ones and not after `last` */
export function assertRestorable(events: readonly StoredEvent[], given: number, last: number): void {
  let before = given;
  for (const { sequence } of events) {
    if (!Number.isSafeInteger(sequence) || sequence <= before) throw new RangeError(`Not a further event: ${sequence}`);
    before = sequence;
  }
  if (!Number.isSafeInteger(last) || last < before) throw new RangeError(`Not the last event: ${last}`);
}

function encodeSteps(steps: NonNullable<Change['index']>): PreparedChange['index'] {
  const encoded: { index: string; entry: Buffer; add: boolean }[] = [];
  // A segment of events adds one entry to hundreds of indexes.
  let last: { entry: IndexEntry; bytes: Buffer } | undefined;
  const encode = (index: string, entry: IndexEntry): Buffer => {
    if (last?.entry !== entry) last = { entry, bytes: encodeKey(entry.sort, entry.id) };
    assertEntry(index, last.bytes);
    return last.bytes;
  };
  for (const { index, add, remove } of steps) {
    if (remove) encoded.push({ index, entry: encode(index, remove), add: false });
    if (add) encoded.push({ index, entry: encode(index, add), add: true });
  }
  return encoded;
}

function assertEntry(index: string, entry: Buffer): void {
  if (Buffer.byteLength(index) + entry.length > INDEX_ENTRY_BYTES) {
    throw new RangeError(`An index entry is longer than ${INDEX_ENTRY_BYTES} bytes`);
  }
}

function assertAnchor(key: RawKey, anchor: string): void {
  if (key.anchor !== anchor) throw new TypeError('A change touches a document of another anchor');
}

function assertInstant(instant: number, name: string): void {
  if (!Number.isInteger(instant) || instant < 0 || instant > LAST_INSTANT) {
    throw new RangeError(`${name} must be milliseconds since the epoch`);
  }
}

function toJson(value: unknown): string {
  if (value instanceof JsonText) return value.json;
  const json: string | undefined = JSON.stringify(value);
  if (json === undefined) throw new TypeError('A document or event must be JSON');
  return json;
}
