import type { IndexEntry, RangeOptions } from '../../kernel/ports/store.ts';
import { decodeKey, encodeKey, encodeKeyPrefix } from '../codec/key-codec.ts';
import { assertRange } from '../codec/prepare-change.ts';
import type { Client } from './connect.ts';
import type { Keys } from './keys.ts';
import { findUnconfirmedIndexes, rangeConfirmed } from './unconfirmed.ts';
import type { Writer } from './writer.ts';

const ABOVE_ALL = Buffer.from([0xff]);

/** One partition's part of an index, fetched in chunks. */
interface Source {
  readonly partition: number;
  entries: Buffer[];
  at: number;
  exhausted: boolean;
}

type Query = readonly [start: Buffer, stop: Buffer, ...options: (string | number)[]];

/**
 * Entries of an index over all partitions, merged. If a failover could undo an entry, the partitions with such commits
 * are read again behind the barrier (SR-79).
 */
export async function readRange(
  { client, writer, keys }: { client: Client; writer: Writer; keys: Keys },
  partitions: number,
  index: string,
  options: RangeOptions,
): Promise<IndexEntry[]> {
  assertRange(options);
  const pieces = Array.from({ length: partitions }, (): Buffer[][] => []);
  const page = await mergeRange(partitions, options, async (partition, query) => {
    const piece = (await client.callBuffer('zrange', keys.index(partition, index), ...query)) as Buffer[];
    pieces[partition]?.push(piece);
    return piece;
  });
  if (!writer.waitsForReplicas) return page;
  // Asked after the entries: what the note covers now was confirmed when they were read, or has been since.
  const doubtful = await findUnconfirmedIndexes({ client, keys }, partitions);
  if (doubtful.size === 0) return page;
  return mergeRange(partitions, options, async (partition, query) => {
    const known = doubtful.has(partition) ? undefined : pieces[partition]?.shift();
    return known ?? rangeConfirmed({ writer, keys }, { partition, index, query });
  });
}

/**
 * Each partition first returns about its share; one that runs out before the page is full is read again, so a page of
 * 1000 does not fetch 64,000 entries.
 *
 * @param read the next piece of a partition; `query`: of ZRANGE, after the key
 */
async function mergeRange(
  partitions: number,
  options: RangeOptions,
  read: (partition: number, query: Query) => Promise<Buffer[]>,
): Promise<IndexEntry[]> {
  const { after, prefix = '', limit, reverse = false } = options;
  const lowest = encodeKeyPrefix(prefix);
  const bounds = { lowest, above: Buffer.concat([lowest, ABOVE_ALL]), reverse };
  const piece = Math.min(limit, Math.ceil((2 * limit) / partitions) + 8);
  const sources = Array.from(
    { length: partitions },
    (_, partition): Source => ({ partition, entries: [], at: 0, exhausted: false }),
  );
  const mark = after && encodeKey(after.sort, after.id);
  const refill = async (source: Source): Promise<void> => {
    const last = source.entries.at(-1) ?? mark;
    source.entries = await read(source.partition, queryOf(bounds, last, piece));
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

/** The arguments of ZRANGE for the entries after this one. */
function queryOf(
  { lowest, above, reverse }: { lowest: Buffer; above: Buffer; reverse: boolean },
  after: Buffer | undefined,
  count: number,
): Query {
  if (reverse) {
    const from = after && Buffer.compare(after, above) < 0 ? after : above;
    return [bound('(', from), bound('[', lowest), 'BYLEX', 'REV', 'LIMIT', 0, count];
  }
  const from = after && Buffer.compare(after, lowest) >= 0 ? bound('(', after) : bound('[', lowest);
  return [from, bound('(', above), 'BYLEX', 'LIMIT', 0, count];
}

function bound(kind: '(' | '[', entry: Buffer): Buffer {
  return Buffer.concat([Buffer.from(kind), entry]);
}
