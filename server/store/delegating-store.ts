import type { Change, CommitOutcome, DocumentOf, RawKey, Store, Stored } from '../kernel/ports/store.ts';

/** The same store, for a subclass that adds to some of its calls. */
export class DelegatingStore implements Store {
  readonly #inner: Store;

  constructor(inner: Store) {
    this.#inner = inner;
  }

  get partitions(): number {
    return this.#inner.partitions;
  }

  get isOrdered(): boolean {
    return this.#inner.isOrdered;
  }

  get appends(): number {
    return this.#inner.appends;
  }

  getMany<const K extends readonly RawKey[]>(
    keys: K,
    now: number,
  ): Promise<{ -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined }> {
    return this.#inner.getMany(keys, now);
  }

  commit(change: Change): Promise<CommitOutcome> {
    return this.#inner.commit(change);
  }

  increment(...asked: Parameters<Store['increment']>) {
    return this.#inner.increment(...asked);
  }

  range(...asked: Parameters<Store['range']>) {
    return this.#inner.range(...asked);
  }

  readEvents(...asked: Parameters<Store['readEvents']>) {
    return this.#inner.readEvents(...asked);
  }

  readStreams(...asked: Parameters<Store['readStreams']>) {
    return this.#inner.readStreams(...asked);
  }

  partitionOf(anchor: string): number {
    return this.#inner.partitionOf(anchor);
  }

  dropEvents(...asked: Parameters<Store['dropEvents']>) {
    return this.#inner.dropEvents(...asked);
  }

  restoreEvents(...asked: Parameters<Store['restoreEvents']>) {
    return this.#inner.restoreEvents(...asked);
  }

  restoreRecords(...asked: Parameters<Store['restoreRecords']>) {
    return this.#inner.restoreRecords(...asked);
  }

  scan(...asked: Parameters<Store['scan']>) {
    return this.#inner.scan(...asked);
  }

  lookUp(...asked: Parameters<Store['lookUp']>) {
    return this.#inner.lookUp(...asked);
  }

  noteChanges(...asked: Parameters<Store['noteChanges']>) {
    return this.#inner.noteChanges(...asked);
  }

  forgetChanges() {
    return this.#inner.forgetChanges();
  }

  readChanges(...asked: Parameters<Store['readChanges']>) {
    return this.#inner.readChanges(...asked);
  }

  readStates() {
    return this.#inner.readStates();
  }

  readClocks() {
    return this.#inner.readClocks();
  }

  measure() {
    return this.#inner.measure();
  }

  check(): Promise<void> {
    return this.#inner.check();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
