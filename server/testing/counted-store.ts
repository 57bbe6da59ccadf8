import type { Change, CommitOutcome, DocumentOf, RawKey, Store, Stored } from '../kernel/ports/store.ts';
import { createProcessMemory } from '../kernel/process-memory.ts';

/** The trips of a piece of work to the store. */
export interface Trips {
  /** One after the other: calls that are made at the same time share one trip, as on one connection. */
  inSequence: number;
  /** Every call. */
  calls: number;
}

/**
 * A store whose calls wait until the process has nothing else to do, and are then answered together. The number of such
 * waits is the number of round trips that a remote store costs, however fast the machine is.
 */
export class CountedStore implements Store {
  readonly #inner: Store;
  readonly memory = createProcessMemory();
  #waiting: (() => Promise<void>)[] = [];
  #isSending = false;
  #trips: Trips = { inSequence: 0, calls: 0 };

  constructor(inner: Store) {
    this.#inner = inner;
  }

  /** The trips until the work resolves; what continues in the background afterwards is not counted. */
  async count(work: () => Promise<unknown>): Promise<Trips> {
    this.#trips = { inSequence: 0, calls: 0 };
    await work();
    return this.#trips;
  }

  get partitions(): number {
    return this.#inner.partitions;
  }

  get isOrdered(): boolean {
    return this.#inner.isOrdered;
  }

  getMany<const K extends readonly RawKey[]>(
    keys: K,
    now: number,
  ): Promise<{ -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined }> {
    return this.#send(() => this.#inner.getMany(keys, now));
  }

  commit(change: Change): Promise<CommitOutcome> {
    return this.#send(() => this.#inner.commit(change));
  }

  increment(...asked: Parameters<Store['increment']>): ReturnType<Store['increment']> {
    return this.#send(() => this.#inner.increment(...asked));
  }

  range(...asked: Parameters<Store['range']>): ReturnType<Store['range']> {
    return this.#send(() => this.#inner.range(...asked));
  }

  readEvents(...asked: Parameters<Store['readEvents']>): ReturnType<Store['readEvents']> {
    return this.#send(() => this.#inner.readEvents(...asked));
  }

  readStreams(...asked: Parameters<Store['readStreams']>): ReturnType<Store['readStreams']> {
    return this.#send(() => this.#inner.readStreams(...asked));
  }

  get appends(): number {
    return this.#inner.appends;
  }

  partitionOf(anchor: string): number {
    return this.#inner.partitionOf(anchor);
  }

  dropEvents(...asked: Parameters<Store['dropEvents']>): Promise<void> {
    return this.#send(() => this.#inner.dropEvents(...asked));
  }

  restoreEvents(...asked: Parameters<Store['restoreEvents']>): Promise<void> {
    return this.#inner.restoreEvents(...asked);
  }

  restoreRecords(...asked: Parameters<Store['restoreRecords']>): Promise<void> {
    return this.#inner.restoreRecords(...asked);
  }

  scan(...asked: Parameters<Store['scan']>): ReturnType<Store['scan']> {
    return this.#send(() => this.#inner.scan(...asked));
  }

  lookUp(...asked: Parameters<Store['lookUp']>): ReturnType<Store['lookUp']> {
    return this.#send(() => this.#inner.lookUp(...asked));
  }

  noteChanges(...asked: Parameters<Store['noteChanges']>): Promise<void> {
    return this.#send(() => this.#inner.noteChanges(...asked));
  }

  forgetChanges(): Promise<void> {
    return this.#send(() => this.#inner.forgetChanges());
  }

  readChanges(...asked: Parameters<Store['readChanges']>): ReturnType<Store['readChanges']> {
    return this.#send(() => this.#inner.readChanges(...asked));
  }

  readStates(): ReturnType<Store['readStates']> {
    return this.#send(() => this.#inner.readStates());
  }

  readClocks() {
    return this.#send(() => this.#inner.readClocks());
  }

  measure() {
    return this.#send(() => this.#inner.measure());
  }

  check(): Promise<void> {
    return this.#send(() => this.#inner.check());
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #send<T>(call: () => Promise<T>): Promise<T> {
    const answered = new Promise<T>((resolve, reject) => {
      this.#waiting.push(async () => {
        await call().then(
          (value) => this.#answers.push(() => resolve(value)),
          (error: unknown) => this.#answers.push(() => reject(error)),
        );
      });
    });
    this.#trips.calls += 1;
    this.#sendSoon();
    return answered;
  }

  readonly #answers: (() => void)[] = [];

  #sendSoon(): void {
    if (this.#isSending || this.#waiting.length === 0) return;
    this.#isSending = true;
    setImmediate(() => void this.#sendWaiting());
  }

  async #sendWaiting(): Promise<void> {
    this.#trips.inSequence += 1;
    await Promise.all(this.#waiting.splice(0).map((send) => send()));
    this.#isSending = false;
    for (const answer of this.#answers.splice(0)) answer();
    this.#sendSoon();
  }
}
