import type { IndexEntry, RangeOptions } from '../../kernel/ports/store.ts';
import { decodeKey, encodeKey, encodeKeyPrefix } from '../codec/key-codec.ts';
import { assertRange } from '../codec/prepare-change.ts';
import type { Client } from './connect.ts';
import type { Key, Keys } from './keys.ts';

const ABOVE_ALL = Buffer.from([0xff]);

/** One partition's part of an index, fetched in chunks. */
interface Source {
  readonly key: Key;
  entries: Buffer[];
  at: number;
  exhausted: boolean;
}

/**
 * Entries of an index over all partitions, merged. Each partition first returns about its share; one that runs out
 * before the page is full is read again, so a page of 1000 does not fetch 64,000 entries.
 */
export async function readRange(
  client: Client,
  keys: Keys,
  partitions: number,
  index: string,
  options: RangeOptions,
): Promise<IndexEntry[]> {
  assertRange(options);
  const { after, prefix = '', limit, reverse = false } = options;
  const lowest = encodeKeyPrefix(prefix);
  const bounds = { lowest, above: Buffer.concat([lowest, ABOVE_ALL]), reverse };
  const piece = Math.min(limit, Math.ceil((2 * limit) / partitions) + 8);
  const sources = Array.from(
    { length: partitions },
    (_, partition): Source => ({ key: keys.index(partition, index), entries: [], at: 0, exhausted: false }),
  );
  const mark = after && encodeKey(after.sort, after.id);
  const refill = async (source: Source): Promise<void> => {
    const last = source.entries.at(-1) ?? mark;
    source.entries = await readPiece(client, source.key, bounds, last, piece);
    source.at = 0;
    source.exhausted = source.entries.length < piece;
  };

  await Promise.all(sources.map(refill));
  const page: IndexEntry[] = [];
  while (page.length < limit) {
    const dry = sources.filter((source) => source.at === source.entries.length && !source.exhausted);
    await Promise.all(dry.map(refill));
    const next = first(sources, reverse);
    const entry = next?.entries[next.at];
    if (!next || !entry) break;
    next.at += 1;
    const { first: sort, second: id } = decodeKey(entry);
    page.push({ sort, id });
  }
  return page;
}

function first(sources: readonly Source[], reverse: boolean): Source | undefined {
  let best: Source | undefined;
  for (const source of sources) {
    const entry = source.entries[source.at];
    const least = best?.entries[best.at];
    if (!entry) continue;
    if (!least || (reverse ? Buffer.compare(entry, least) > 0 : Buffer.compare(entry, least) < 0)) best = source;
  }
  return best;
}

function readPiece(
  client: Client,
  key: Key,
  { lowest, above, reverse }: { lowest: Buffer; above: Buffer; reverse: boolean },
  after: Buffer | undefined,
  count: number,
): Promise<Buffer[]> {
  if (reverse) {
    const from = after && Buffer.compare(after, above) < 0 ? after : above;
    return client.zrangeBuffer(key, bound('(', from), bound('[', lowest), 'BYLEX', 'REV', 'LIMIT', 0, count);
  }
  const from = after && Buffer.compare(after, lowest) >= 0 ? bound('(', after) : bound('[', lowest);
  return client.zrangeBuffer(key, from, bound('(', above), 'BYLEX', 'LIMIT', 0, count);
}

function bound(kind: '(' | '[', entry: Buffer): Buffer {
  return Buffer.concat([Buffer.from(kind), entry]);
}
