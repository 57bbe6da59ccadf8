import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { IndexEntry, StoreReader } from '../../kernel/ports/store.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { type Page, writeCursor } from './list-objects.ts';

/** A part of a list: an offset and a limit. */
export interface OffsetPage {
  start: number;
  limit: number;
}

type PageAfter<T> = (query: { after?: string | undefined; limit: number }) => Promise<Result<Page<T>>>;

const PAGE_SIZE = 1000;
export const MAX_PAGE_SIZE = 200;
/** Without a selective index, the most objects that one request reads. */
export const MAX_SCANNED = 10_000;

/**
 * Part of a list by offset, for clients that count instead of using a cursor. Skipped entries are not read, so a far
 * part costs one range per thousand entries.
 *
 * @param index the index of the whole list, newest first
 */
export async function listOffsetPage<T>(
  { store }: { store: StoreReader },
  index: string,
  { start, limit }: OffsetPage,
  page: PageAfter<T>,
): Promise<Result<{ items: T[] }>> {
  let after: IndexEntry | undefined;
  for (let left = start; left > 0; ) {
    const entries = await store.range(index, {
      limit: Math.min(left, PAGE_SIZE),
      reverse: true,
      ...omitUndefined({ after }),
    });
    if (entries.length < Math.min(left, PAGE_SIZE)) return { items: [] };
    after = entries.at(-1);
    left -= entries.length;
  }
  return page({ limit, ...(after && { after: writeCursor(after) }) });
}

/**
 * The same for a filtered list, by reading what comes before too: bounded, so that a far part of a large list is
 * refused and never returned incomplete.
 */
export async function listSelectedOffsetPage<T>(
  { start, limit }: OffsetPage,
  fits: (item: T) => boolean,
  page: PageAfter<T>,
): Promise<Result<{ items: T[] }>> {
  const found: T[] = [];
  let after: string | undefined;
  for (let looked = 0; ; ) {
    const got = await page({ limit: MAX_PAGE_SIZE, ...omitUndefined({ after }) });
    if (isRefusal(got)) return got;
    found.push(...got.items.filter(fits));
    looked += Math.max(got.items.length, 1);
    if (got.next === null || found.length >= start + limit) return { items: found.slice(start, start + limit) };
    if (looked >= MAX_SCANNED) return refusal('INPUT_INVALID', { detail: 'start: too far into a list like this' });
    after = got.next;
  }
}

/** How many entries an index has. */
export async function countEntries({ store }: { store: StoreReader }, index: string): Promise<number> {
  let count = 0;
  let after: IndexEntry | undefined;
  do {
    const page: IndexEntry[] = await store.range(index, { limit: PAGE_SIZE, ...omitUndefined({ after }) });
    count += page.length;
    after = page.length === PAGE_SIZE ? page.at(-1) : undefined;
  } while (after);
  return count;
}
