import type { DocumentOf, DocumentReader, RawKey, Stored } from '../kernel/ports/store.ts';

/** Reads each document once, for a page whose rows share many. It lasts for that page, and decides no sign-in. */
export function readOnce(store: DocumentReader): DocumentReader {
  const known = new Map<string, Promise<Stored<unknown> | undefined>>();
  const nameOf = ({ anchor, name }: RawKey) => JSON.stringify([anchor, name]);
  return {
    async getMany<const K extends readonly RawKey[]>(keys: K, now: number) {
      const missing = keys.filter((key) => !known.has(nameOf(key)));
      const found = missing.length === 0 ? undefined : store.getMany(missing, now);
      missing.forEach((key, at) => {
        const one = found?.then((all): Stored<unknown> | undefined => all[at]);
        if (one) known.set(nameOf(key), one);
      });
      const all = await Promise.all(keys.map((key) => known.get(nameOf(key))));
      return all as { -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined };
    },
  };
}
