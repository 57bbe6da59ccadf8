/**
 * The store: documents with versions, grouped by anchor, each anchor in one partition. Decisions are made elsewhere, by
 * pure functions; the store only says who won. Two adapters, one conformance suite (`server/testing/store-conformance`).
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };

/**
 * Names one document. All documents of an anchor live in one partition and change together; `name` tells them apart.
 * Both parts may hold any text whatsoever: adapters encode them, so hostile ids touch no other key (SR-51).
 */
export interface RawKey {
  readonly anchor: string;
  readonly name: string;
}

/** A key of a declared document. Only such a document can be written. */
export interface DocumentKey<T = unknown> extends RawKey {
  readonly document: DocumentKind<T>;
}

/** What the store's callers need to know of a declared document. */
export interface DocumentKind<T> {
  /** The first part of the document's name. */
  readonly kind: string;
  /** The index entries of one document, written in the commits that write it. */
  indexes(value: T): IndexedEntry[];
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

export interface IndexEntry {
  /** Sort text, compared byte for byte as UTF-8. */
  readonly sort: string;
  /**
   * What the entry points at, usually an id. `(sort, id)` is unique within an index. Index name, sort text and id have
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
  /** Everything the change touches hangs on this anchor. A key with another anchor is a bug and throws. */
  readonly anchor: string;
  /** Unique per intended change. Repeating one that was applied answers `committed` again, for ten minutes at least. */
  readonly operation: string;
  /** Milliseconds since the epoch, from the caller's clock: decides what has expired. */
  readonly now: number;
  /** All must hold or nothing happens. `version` of {@link ABSENT}: must not exist. */
  readonly expect: readonly { readonly key: RawKey; readonly version: number }[];
  readonly put?: readonly {
    readonly key: DocumentKey;
    readonly value: unknown;
    /** Absolute instant from which on readers do not see it. */
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

export interface RangeOptions {
  /** Entries strictly after this one (in the given direction). */
  readonly after?: IndexEntry;
  /** Only entries whose sort text starts so. */
  readonly prefix?: string;
  /** 1 to 1000. */
  readonly limit: number;
  /** Newest or last first. Default false. */
  readonly reverse?: boolean;
}

/** One thing that a walk over a store has found. */
export type ScannedRecord =
  | {
      readonly kind: 'document';
      readonly key: RawKey;
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

export interface ScanPage {
  readonly records: readonly ScannedRecord[];
  /** Where to go on; undefined at the end. A page may be empty without being the last. */
  readonly next: string | undefined;
}

export interface Store {
  /** Fixed when the deployment is created. */
  readonly partitions: number;

  /** The documents, in the order asked, undefined where absent or expired at `now`. Not a snapshot across anchors. */
  getMany<const K extends readonly RawKey[]>(
    keys: K,
    now: number,
  ): Promise<{ -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined }>;

  /**
   * All or nothing, in one partition, durable before it answers. Throws {@link StoreUnavailable} when it cannot know:
   * repeating the same operation id is then safe.
   */
  commit(change: Change): Promise<CommitOutcome>;

  /**
   * Approximate counter of a fixed window. Counts the call itself. Survives a restart if the window is longer than a minute; a
   * crash may lose what was counted in the two seconds before it, unless a commit came after.
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

  /** The partition of whatever hangs on this anchor, from 0. */
  partitionOf(anchor: string): number;

  /**
   * Puts back events under the numbers that they had, and goes on behind `last`. For a restore to a store that nobody uses
   * yet; numbers up to the last one that the partition has given already are a bug and throw.
   */
  restoreEvents(partition: number, events: readonly StoredEvent[], last: number): Promise<void>;

  /**
   * Walks over all documents and index entries, in no order that means anything. What is there during the whole walk is
   * found, at least once; what comes, changes or goes meanwhile may be found as it was, as it is, or not at all. Throws
   * RangeError for a cursor that is none of this store's.
   *
   * @param after `next` of the page before; undefined to begin
   * @param limit about so many records, 1 to 1000
   */
  scan(after: string | undefined, limit: number): Promise<ScanPage>;

  /** Throws {@link StoreUnavailable} unless the store can take a durable write now. */
  check(): Promise<void>;

  close(): Promise<void>;
}

/** The store did not answer, or not in a way that proves anything. The caller denies with 503. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}
