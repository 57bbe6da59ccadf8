import type { Change, CommitOutcome, DocumentOf, RawKey, Store, Stored } from '../kernel/ports/store.ts';

/**
 * Documents read together, for steps that would otherwise read them one after the other. A read of any other document
 * goes to the store. What was read lasts for one phase of a request: anything slow ends it (SR-4), see {@link endFor}.
 */
export class ReadAhead implements Pick<Store, 'getMany' | 'commit'> {
  readonly #store: Pick<Store, 'getMany' | 'commit'>;
  #slowCalls = 0;
  // Few: searching a list takes less time than making and hashing a text of each key.
  #known: { readonly key: RawKey; readonly stored: Stored<unknown> | undefined }[] = [];

  constructor(store: Pick<Store, 'getMany' | 'commit'>) {
    this.#store = store;
  }

  /** Reads the documents that are not known yet. */
  async read(keys: readonly RawKey[], now: number): Promise<void> {
    this.#expectOpen();
    const unknown: RawKey[] = [];
    for (const key of keys) {
      if (!this.#find(key) && !unknown.some((other) => isSame(other, key))) unknown.push(key);
    }
    if (unknown.length === 0) return;
    const found = await this.#store.getMany(unknown, now);
    this.#expectOpen();
    unknown.forEach((key, at) => {
      this.#known.push({ key, stored: found[at] });
    });
  }

  /** Whether all of them were read. */
  knows(keys: readonly RawKey[]): boolean {
    return keys.every((key) => this.#find(key));
  }

  /** If one of them is not known, all are read, so that what a step reads together stays together. */
  async getMany<const K extends readonly RawKey[]>(
    keys: K,
    now: number,
  ): Promise<{ -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined }> {
    this.#expectOpen();
    const found: (Stored<unknown> | undefined)[] = [];
    for (const key of keys) {
      const known = this.#find(key);
      if (!known) return this.#store.getMany(keys, now);
      found.push(known.stored);
    }
    return found as { -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined };
  }

  /** Forgets what the change names: after a conflict the next read asks the store. */
  commit(change: Change): Promise<CommitOutcome> {
    const named = [...change.expect, ...(change.put ?? [])].map(({ key }) => key);
    const changed = [...named, ...(change.delete ?? [])];
    this.#known = this.#known.filter(({ key }) => !changed.some((one) => isSame(one, key)));
    return this.#store.commit(change);
  }

  /** Everything is read from the store from now on. */
  forget(): void {
    this.#known = [];
  }

  /**
   * Runs something slow, as a hash: the phase ends before it, and another begins after it. A read meanwhile is a bug,
   * because its documents may have changed by the end.
   */
  async endFor<T>(slow: () => Promise<T>): Promise<T> {
    this.forget();
    this.#slowCalls += 1;
    try {
      return await slow();
    } finally {
      this.#slowCalls -= 1;
    }
  }

  #expectOpen(): void {
    if (this.#slowCalls > 0) throw new TypeError('read from a phase that a slow call has ended');
  }

  #find(key: RawKey) {
    return this.#known.find((known) => isSame(known.key, key));
  }
}

function isSame(one: RawKey, other: RawKey): boolean {
  return one.name === other.name && one.anchor === other.anchor;
}
