import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { IndexEntry, StoreReader } from '../kernel/ports/store.ts';

/** Entries of each index that are compared before one is chosen. */
const PROBED = 20;

/**
 * The index with the fewest entries from here on, newest first, of those that all lead to what is searched: the search
 * reads what each of its entries leads to.
 *
 * @param indexes sorted by time
 */
export async function narrowestIndex(
  { store }: { store: StoreReader },
  indexes: readonly [string, ...string[]],
  after: IndexEntry | undefined,
): Promise<string> {
  const [first] = indexes;
  if (indexes.length === 1) return first;
  const probes = await Promise.all(
    indexes.map(async (index) => {
      const entries = await store.range(index, { limit: PROBED, reverse: true, ...omitUndefined({ after }) });
      // As many reach further back where there are fewer.
      return { index, count: entries.length, oldest: Number(entries.at(-1)?.sort ?? 0) };
    }),
  );
  probes.sort((a, b) => a.count - b.count || a.oldest - b.oldest);
  return probes[0]?.index ?? first;
}
