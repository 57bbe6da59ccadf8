import type { Change, CommitOutcome, DocumentOf, RawKey, Store, StoreClock, Stored } from '../kernel/ports/store.ts';
import { createProcessMemory } from '../kernel/process-memory.ts';

/** Intercepts calls between a use-case and its store: it may wait, throw before or after, or return another result. */
export interface Interceptors {
  commit?: ((change: Change, go: () => Promise<CommitOutcome>) => Promise<CommitOutcome>) | undefined;
  /** Called before each read. */
  read?: ((keys: readonly RawKey[]) => Promise<void> | void) | undefined;
  /** In place of the clocks of the store's servers. */
  clocks?: (() => readonly StoreClock[]) | undefined;
}

/**
 * A store as one process sees it. Each object is separate, so two over the same data act as two replicas: they share no
 * queue within the process.
 */
export class InterceptedStore implements Store {
  readonly #inner: Store;
  readonly memory = createProcessMemory();
  /** Changes and their outcomes, including conflicts. */
  readonly commits: { change: Change; outcome: CommitOutcome }[] = [];
  reads = 0;
  appends = 0;
  intercept: Interceptors = {};

  constructor(inner: Store) {
    this.#inner = inner;
  }

  get partitions(): number {
    return this.#inner.partitions;
  }

  get isOrdered(): boolean {
    return this.#inner.isOrdered;
  }

  async getMany<const K extends readonly RawKey[]>(
    keys: K,
    now: number,
  ): Promise<{ -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined }> {
    this.reads += 1;
    await this.intercept.read?.(keys);
    return this.#inner.getMany(keys, now);
  }

  async commit(change: Change): Promise<CommitOutcome> {
    const go = async () => {
      try {
        const outcome = await this.#inner.commit(change);
        this.commits.push({ change, outcome });
        return outcome;
      } finally {
        // As in the stores: counted earlier, a reader could miss it.
        if (change.append?.length) this.appends += 1;
      }
    };
    const { commit } = this.intercept;
    return commit ? commit(change, go) : go();
  }

  increment(key: string, windowMs: number, limit: number, now: number) {
    return this.#inner.increment(key, windowMs, limit, now);
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

  async readClocks(): Promise<readonly StoreClock[]> {
    return this.intercept.clocks?.() ?? this.#inner.readClocks();
  }

  measure() {
    return this.#inner.measure();
  }

  check(): Promise<void> {
    return this.#inner.check();
  }

  /** The owner of the underlying store closes it. */
  async close(): Promise<void> {}
}

/** As Redis: other processes have it open too. */
export class SharedStore extends InterceptedStore {
  override get isOrdered(): boolean {
    return false;
  }
}

/** True if a change writes or deletes a document of that name, such as `token` or `password-attempts`. */
export function touches(change: Change, name: string): boolean {
  const keys = [...(change.put ?? []).map(({ key }) => key), ...(change.delete ?? [])];
  return keys.some((key) => key.name === name);
}
