import type { Ports } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { type Page, writeCursor } from './list-objects.ts';

/** Which part of a list: after so many, at most so many. */
export interface OffsetPage {
  start: number;
  limit: number;
}

type PageAfter<T> = (query: { after?: string | undefined; limit: number }) => Promise<Result<Page<T>>>;

const PAGE = 1000;
const LONGEST_PAGE = 200;
/** Of a list that nothing narrows by itself, so many objects are looked at in one request. */
const MOST_LOOKED_AT = 10_000;

/**
 * Part of a list by place, for clients that count instead of going on from where they were. What is passed over of an index
 * is not read, so a far part costs one range for a thousand entries.
 *
 * @param index along which the list goes, the newest first, with nothing left out of it
 */
export async function listOffsetPage<T>(
  { store }: Pick<Ports, 'store'>,
  index: string,
  { start, limit }: OffsetPage,
  page: PageAfter<T>,
): Promise<Result<{ items: T[] }>> {
  let after: IndexEntry | undefined;
  for (let left = start; left > 0; ) {
    const entries = await store.range(index, { limit: Math.min(left, PAGE), reverse: true, ...(after && { after }) });
    if (entries.length < Math.min(left, PAGE)) return { items: [] };
    after = entries.at(-1);
    left -= entries.length;
  }
  return page({ limit, ...(after && { after: writeCursor(after) }) });
}

/**
 * The same of a list from which some are left out, by looking at what comes before too: bounded, so that a far part of a
 * large list is refused and never answered short.
 */
export async function listSelectedOffsetPage<T>(
  { start, limit }: OffsetPage,
  fits: (item: T) => boolean,
  page: PageAfter<T>,
): Promise<Result<{ items: T[] }>> {
  const found: T[] = [];
  let after: string | undefined;
  for (let looked = 0; ; ) {
    const got = await page({ limit: LONGEST_PAGE, ...(after !== undefined && { after }) });
    if (isRefusal(got)) return got;
    found.push(...got.items.filter(fits));
    looked += Math.max(got.items.length, 1);
    if (got.next === null || found.length >= start + limit) return { items: found.slice(start, start + limit) };
    if (looked >= MOST_LOOKED_AT) return refusal('INPUT_INVALID', { detail: 'start: too far into a list like this' });
    after = got.next;
  }
}

/** How many entries an index has. */
export async function countEntries({ store }: Pick<Ports, 'store'>, index: string): Promise<number> {
  let count = 0;
  let after: IndexEntry | undefined;
  do {
    const page: IndexEntry[] = await store.range(index, { limit: PAGE, ...(after && { after }) });
    count += page.length;
    after = page.length === PAGE ? page.at(-1) : undefined;
  } while (after);
  return count;
}
