import { CodedError } from '@countersign/protocol/coded-error';
import { MINUTE_MS } from '../time.ts';

/**
 * The store: documents with versions, grouped by anchor, each anchor in one partition. Pure functions make the
 * decisions elsewhere; the store only decides who commits first. Two adapters, one conformance suite
 * (`server/testing/store-conformance`).
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/** A document that is already JSON text, written as it is. Its kind has no index entries of its own. */
export class JsonText {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

/**
 * Names one document. All documents of an anchor are in one partition and change together; `name` distinguishes them.
 * Both parts may contain any text: adapters encode them, so hostile ids touch no other key (SR-51).
 */
export interface RawKey {
  readonly anchor: string;
  readonly name: string;
}

/** A key of a declared document. Only such a document can be written. */
export interface DocumentKey<T = unknown> extends RawKey {
  readonly document: DocumentKind<T>;
}

/** The part of a document's declaration that callers of the store need. */
export interface DocumentKind<T> {
  /** The first part of the document's name. */
  readonly kind: string;
  /** The index entries of one document, written in the commits that write it. */
  indexes(value: T): IndexedEntry[];
  /** Many requests read it and few change it: the value that was read may be shared, and is frozen. */
  readonly isHot?: boolean;
}

export type DocumentOf<K> = K extends DocumentKey<infer T> ? T : unknown;

export interface Stored<T> {
  readonly value: T;
  /**
   * The partition's commit sequence number when this was written: grows with every commit and is never reused, also not
   * by a document that was deleted and made again.
   */
  readonly version: number;
}

/** The version to expect of a document that must not exist (or has expired at the change's `now`). */
export const ABSENT = 0;

/** How long an adapter remembers an applied operation. The contract promises ten minutes. */
export const OPERATION_RETENTION_MS = 15 * MINUTE_MS;

export interface IndexEntry {
  /** Sort text, compared byte for byte as UTF-8. */
  readonly sort: string;
  /**
   * What the entry points to, usually an id. `(sort, id)` is unique within an index. Index name, sort text and id have
   * at most 1800 bytes together; longer is a bug and throws.
   */
  readonly id: string;
}

/** An entry and the index that holds it. */
export interface IndexedEntry {
  readonly index: string;
  readonly entry: IndexEntry;
}

export interface Change {
  /** Everything in the change belongs to this anchor. A key with another anchor is a bug and throws. */
  readonly anchor: string;
  /** Unique per intended change. Repeating an applied one returns `committed` again, for at least ten minutes. */
  readonly operation: string;
  /**
   * True if the caller never repeats the operation. A store that never sends a change twice itself does not record its
   * id then.
   */
  readonly once?: boolean;
  /** Milliseconds since the epoch, from the caller's clock: decides which documents have expired. */
  readonly now: number;
  /** All must hold or nothing is written. `version` of {@link ABSENT}: must not exist. */
  readonly expect: readonly { readonly key: RawKey; readonly version: number }[];
  readonly put?: readonly {
    readonly key: DocumentKey;
    /** The document, or its {@link JsonText}. */
    readonly value: unknown;
    /** Absolute instant from which readers do not see it. */
    readonly expiresAt?: number;
  }[];
  readonly delete?: readonly RawKey[];
  readonly index?: readonly {
    readonly index: string;
    readonly add?: IndexEntry;
    readonly remove?: IndexEntry;
  }[];
  /** Events, appended in order to the partition's stream. */
  readonly append?: readonly Json[];
}

export type CommitOutcome = 'committed' | 'conflict';

export interface StoredEvent {
  /** Grows by one per event within a partition, from 1. */
  readonly sequence: number;
  readonly event: Json;
}

/** An event as it was stored: the text that `JSON.stringify` made of it. */
export interface StoredText {
  readonly sequence: number;
  readonly text: string;
}

export interface RangeOptions {
  /** Entries strictly after this one (in the given direction). */
  readonly after?: IndexEntry;
  /** Only entries whose sort text has this prefix. */
  readonly prefix?: string;
  /** 1 to 1000. */
  readonly limit: number;
  /** Newest or last first. Default false. */
  readonly reverse?: boolean;
}

/** A record found by a scan of a store. */
export type ScannedRecord =
  | {
      readonly kind: 'document';
      readonly key: RawKey;
      /** Parsed each time that it is read: a walk often needs few. */
      readonly value: unknown;
      readonly version: number;
      /** Expired documents may still be found. */
      readonly expiresAt?: number;
    }
  | {
      readonly kind: 'index';
      readonly index: string;
      readonly entry: IndexEntry;
      /** Of the anchor whose change added the entry. */
      readonly partition: number;
    };

/** Names a record of a store. */
export type RecordName =
  | { readonly kind: 'document'; readonly key: RawKey }
  | { readonly kind: 'index'; readonly index: string; readonly entry: IndexEntry; readonly partition: number };

/** Records that commits have changed: each may have changed again since, may be gone, and may come twice. */
export interface ChangesPage {
  readonly names: readonly RecordName[];
  /** The version after which the next page begins; undefined at the end. */
  readonly next: number | undefined;
}

export interface ScanPage {
  readonly records: readonly ScannedRecord[];
  /** Cursor of the next page; undefined at the end. A page may be empty without being the last. */
  readonly next: string | undefined;
}

/** A document to be written as it was. */
export interface RestoredDocument {
  readonly key: RawKey;
  /** The document, or its {@link JsonText}. */
  readonly value: unknown;
  readonly version: number;
  readonly expiresAt?: number;
}

/** Documents and index entries of one partition, of any of its anchors. */
export interface RestoredRecords {
  readonly documents: readonly RestoredDocument[];
  readonly entries: readonly IndexedEntry[];
  /** The highest version that was given, if no document has it any more. */
  readonly lastVersion?: number;
}

/** The clock of a server that holds documents. */
export interface StoreClock {
  readonly now: number;
  /** True if it is probably not this machine's own clock. */
  readonly isElsewhere: boolean;
}

export interface StoreSize {
  /** Bytes that the data takes, on disk or in the memory of Redis. */
  readonly usedBytes: number;
  /** Bytes that it may still grow by. Undefined: Redis has no limit of its own. */
  readonly freeBytes?: number;
}

/** What a partition has given out. */
export interface PartitionState {
  /** The last commit, and so the highest version. */
  readonly commits: number;
  /** The last event. */
  readonly events: number;
}

/** The part of the store that reads documents. */
export type DocumentReader = Pick<Store, 'getMany'>;

/** The store without what changes it. */
export type StoreReader = Omit<
  Store,
  'commit' | 'increment' | 'dropEvents' | 'restoreEvents' | 'restoreRecords' | 'noteChanges' | 'forgetChanges' | 'close'
>;

export interface Store {
  /** Fixed when the deployment is created. */
  readonly partitions: number;

  /** True if commits sent in one turn of the event loop apply in that order, and no other commit between them. */
  readonly isOrdered: boolean;

  /** The documents in the order of the keys, undefined if absent or expired at `now`. Not a snapshot across anchors. */
  getMany<const K extends readonly RawKey[]>(
    keys: K,
    now: number,
  ): Promise<{ -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined }>;

  /**
   * All or nothing, in one partition, durable before it resolves. Throws {@link StoreUnavailable} if the outcome is
   * unknown: repeating the same operation id is then safe.
   */
  commit(change: Change): Promise<CommitOutcome>;

  /**
   * Approximate counter of a fixed window. Counts the call itself. Survives a restart if the window is longer than a
   * minute; a crash may lose the counts of the last two seconds, unless a commit came after.
   */
  increment(
    key: string,
    windowMs: number,
    limit: number,
    now: number,
  ): Promise<{ count: number; allowed: boolean; resetAt: number }>;

  /** Entries of an index over all partitions, merged in order. */
  range(index: string, options: RangeOptions): Promise<IndexEntry[]>;

  /** Events of one partition with `sequence > after`, in order. Old ones may have been dropped by the stream's cap. */
  readEvents(partition: number, after: number, limit: number): Promise<StoredEvent[]>;

  /**
   * The events of every partition after its given sequence, up to `limit` of each. One command on a single Redis, so
   * that asking often costs little.
   */
  readStreams(after: readonly number[], limit: number): Promise<StoredText[][]>;

  /** Drops the events of a partition up to this number. The numbers continue. */
  dropEvents(partition: number, upTo: number): Promise<void>;

  /** Number of commits with events that this process has sent. Unchanged: it has nothing new for {@link readStreams}. */
  readonly appends: number;

  /** The partition of this anchor's documents, from 0. */
  partitionOf(anchor: string): number;

  /**
   * Restores events under their old numbers, and continues after `last`. For a restore to an unused store; numbers up
   * to the last one that the partition has already used are a bug and throw.
   */
  restoreEvents(partition: number, events: readonly StoredEvent[], last: number): Promise<void>;

  /**
   * Writes records as they were, over those that are there. For a store that is not in use yet: durable when it
   * resolves, but not all or nothing. Later commits have higher versions.
   *
   * @param now decides how long expired documents stay, as for a commit
   */
  restoreRecords(partition: number, records: RestoredRecords, now: number): Promise<void>;

  /**
   * Scans all documents and index entries in no particular order. A record that exists during the whole scan is found
   * at least once; one that is added, changed or removed meanwhile may be found in either state, or not at all. Throws
   * RangeError for a cursor that is not from this store.
   *
   * @param after `next` of the previous page; undefined to start
   * @param limit approximate number of records, 1 to 1000
   * @param only the same for all pages of a scan
   */
  scan(after: string | undefined, limit: number, only?: 'documents'): Promise<ScanPage>;

  /** The records of these names, in their order, also expired ones. At most 1000 names. */
  lookUp(names: readonly RecordName[]): Promise<(ScannedRecord | undefined)[]>;

  /**
   * Makes commits note which records they change, for {@link readChanges}, until there are too many notes.
   *
   * @param forgotten versions of each partition: what was noted up to these is not needed any more
   */
  noteChanges(forgotten?: readonly number[]): Promise<void>;

  /**
   * What commits of a partition have changed after a version, at least everything that was committed before the call.
   * Documents that only expired are not in it. Undefined if it is not known, because not all of it was noted.
   */
  readChanges(partition: number, after: number): Promise<ChangesPage | undefined>;

  /** Ends what {@link noteChanges} began, and removes the notes, which hold names of documents that are gone. */
  forgetChanges(): Promise<void>;

  /** Of each partition. What was committed before the call is in it. */
  readStates(): Promise<readonly PartitionState[]>;

  /** The clocks of the servers that hold the documents. None for a store in this process, and if they may not be asked. */
  readClocks(): Promise<readonly StoreClock[]>;

  /** @throws StoreUnavailable */
  measure(): Promise<StoreSize>;

  /** Throws {@link StoreUnavailable} unless the store can make a durable write now. */
  check(): Promise<void>;

  close(): Promise<void>;
}

/** The store has a form that this version does not know: a newer version has written it. */
export class StoreVersionRefused extends CodedError {
  readonly code = 'STORE_VERSION_REFUSED';
}

/** A store keeps the number of partitions that it was created with: with another one, every document would be missing. */
export class PartitionsRefused extends CodedError {
  readonly code = 'PARTITIONS_REFUSED';
  constructor(stored: number, configured: number) {
    super(
      `this Redis holds a store of ${stored} partitions, and COUNTERSIGN_STORE_PARTITIONS is ${configured}: set it to ${stored}, or use another Redis`,
    );
  }
}

/** The store did not respond, or its response proves nothing. The caller refuses with 503. */
export class StoreUnavailable extends CodedError {
  readonly code: string = 'STORE_UNAVAILABLE';
}

/** The store takes no commit, because what it holds is just going to another one. Nothing was changed. */
export class StoreClosed extends StoreUnavailable {
  override readonly code = 'STORE_CLOSED';
  /** True: it never takes one again. */
  readonly isFinished: boolean;
  constructor({ to }: { readonly to: string }, isFinished: boolean) {
    super(
      isFinished
        ? `this store was moved to ${to}`
        : `this store is being moved to ${to}, and takes no change meanwhile`,
    );
    this.isFinished = isFinished;
  }
}
