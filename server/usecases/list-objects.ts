import type { Ports } from '../ports/index.ts';
import type { DocumentKey, IndexEntry } from '../ports/store.ts';
import { refusal, type Verdict } from './verdict.ts';

export interface Page<T> {
  items: T[];
  /** Pass as `after` for the next page; null on the last. */
  next: string | null;
}

/**
 * One page of an account's objects, newest first. Index entries are hints, so objects that are gone or another
 * account's are left out; a page may therefore be shorter than `limit` without being the last.
 */
export async function listObjects<T extends { account: string }, Id extends string>(
  ports: Pick<Ports, 'store' | 'clock'>,
  list: { index: string; account: string; key: (id: Id) => DocumentKey<T>; after?: string | undefined; limit: number },
): Promise<Verdict<Page<T>>> {
  const after = list.after === undefined ? undefined : parseCursor(list.after);
  if (list.after !== undefined && !after) return refusal('INPUT_INVALID', { detail: 'after: not a cursor' });
  const entries = await ports.store.range(list.index, {
    limit: list.limit + 1,
    reverse: true,
    ...(after && { after }),
  });
  const shown = entries.slice(0, list.limit);
  const stored = await ports.store.getMany(
    shown.map(({ id }) => list.key(id as Id)),
    ports.clock.now(),
  );
  const items = stored.filter((object) => object !== undefined).map(({ value }) => value);
  const last = shown.at(-1);
  return {
    items: items.filter(({ account }) => account === list.account),
    next: entries.length > list.limit && last ? writeCursor(last) : null,
  };
}

export function writeCursor(entry: IndexEntry): string {
  return Buffer.from(JSON.stringify([entry.sort, entry.id])).toString('base64url');
}

export function parseCursor(text: string): IndexEntry | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed.length !== 2) return undefined;
    const [sort, id] = parsed;
    return typeof sort === 'string' && typeof id === 'string' ? { sort, id } : undefined;
  } catch {
    return undefined;
  }
}
