import type { Change, CommitOutcome, DocumentOf, RawKey, Store, StoreClock, Stored } from '../kernel/ports/store.ts';
import { createProcessMemory } from '../kernel/process-memory.ts';
import { DelegatingStore } from '../store/delegating-store.ts';

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
export class InterceptedStore extends DelegatingStore {
  readonly #inner: Store;
  readonly memory = createProcessMemory();
  /** Changes and their outcomes, including conflicts. */
  readonly commits: { change: Change; outcome: CommitOutcome }[] = [];
  reads = 0;
  #appends = 0;
  intercept: Interceptors = {};

  override get appends(): number {
    return this.#appends;
  }

  constructor(inner: Store) {
    super(inner);
    this.#inner = inner;
  }

  override async getMany<const K extends readonly RawKey[]>(
    keys: K,
    now: number,
  ): Promise<{ -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined }> {
    this.reads += 1;
    await this.intercept.read?.(keys);
    return this.#inner.getMany(keys, now);
  }

  override async commit(change: Change): Promise<CommitOutcome> {
    const go = async () => {
      try {
        const outcome = await this.#inner.commit(change);
        this.commits.push({ change, outcome });
        return outcome;
      } finally {
        // As in the stores: counted earlier, a reader could miss it.
        if (change.append?.length) this.#appends += 1;
      }
    };
    const { commit } = this.intercept;
    return commit ? commit(change, go) : go();
  }

  override async readClocks(): Promise<readonly StoreClock[]> {
    return this.intercept.clocks?.() ?? this.#inner.readClocks();
  }

  /** The owner of the underlying store closes it. */
  override async close(): Promise<void> {}
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
