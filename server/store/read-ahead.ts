import type { Change, CommitOutcome, DocumentOf, RawKey, Store, Stored } from '../kernel/ports/store.ts';

/**
 * Documents read together, for steps that would otherwise read them one after the other. A read of any other document
 * goes to the store. It lasts for one phase of a request: after anything slow, the caller makes another one (SR-4).
 */
export class ReadAhead implements Pick<Store, 'getMany' | 'commit'> {
  readonly #store: Pick<Store, 'getMany' | 'commit'>;
  readonly #known = new Map<string, Stored<unknown> | undefined>();

  constructor(store: Pick<Store, 'getMany' | 'commit'>) {
    this.#store = store;
  }

  /** Reads the documents that are not known yet. */
  async read(keys: readonly RawKey[], now: number): Promise<void> {
    const unknown = keys.filter((key) => !this.#known.has(nameOf(key)));
    if (unknown.length === 0) return;
    const found = await this.#store.getMany(unknown, now);
    unknown.forEach((key, at) => {
      this.#known.set(nameOf(key), found[at]);
    });
  }

  /** If one of them is not known, all are read, so that what a step reads together stays together. */
  async getMany<const K extends readonly RawKey[]>(
    keys: K,
    now: number,
  ): Promise<{ -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined }> {
    if (!keys.every((key) => this.#known.has(nameOf(key)))) return this.#store.getMany(keys, now);
    const found = keys.map((key) => this.#known.get(nameOf(key)));
    return found as { -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined };
  }

  /** Forgets what the change names: after a conflict the next read asks the store. */
  commit(change: Change): Promise<CommitOutcome> {
    const named = [...change.expect, ...(change.put ?? [])].map(({ key }) => key);
    for (const key of [...named, ...(change.delete ?? [])]) this.#known.delete(nameOf(key));
    return this.#store.commit(change);
  }

  /** Everything is read from the store from now on. */
  forget(): void {
    this.#known.clear();
  }
}

/** The length in front keeps two keys apart. */
function nameOf({ anchor, name }: RawKey): string {
  return `${name.length} ${name}${anchor}`;
}
