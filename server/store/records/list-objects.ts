import { MAX_COUNTED } from '@countersign/protocol/list-limits';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ReadPorts } from '../../kernel/ports/ports.ts';
import type { DocumentKey, IndexEntry } from '../../kernel/ports/store.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { waitForOwnTurn } from '../../kernel/yield-to-event-loop.ts';
import { isMainName } from '../index-entries.ts';

export interface Page<T> {
  items: T[];
  /** Pass as `after` for the next page; null on the last. */
  next: string | null;
  /** How many objects are in the list, if that was asked for; null: more than {@link MAX_COUNTED} to look at. */
  total?: number | null;
}

export interface ListRequest<T, Id extends string> {
  index: string;
  account: string;
  key: (id: Id) => DocumentKey<T>;
  after?: string | undefined;
  /** 1 to 200. */
  limit: number;
  /** `desc`, the default: newest or last first. */
  order?: 'asc' | 'desc' | undefined;
  /** An index of names: only objects with a name of this prefix, normalised; '' is all, each by its main name. */
  prefix?: string | undefined;
  /** Counts the list, too. */
  total?: boolean | undefined;
  /** Filters objects for which there is no index. */
  where?: ((object: T) => boolean) | undefined;
  /** The same by documents of other partitions: which of up to 200 objects are shown. */
  select?: ((objects: readonly T[]) => Promise<readonly T[]>) | undefined;
}

/** The most entries, and the most objects, that a page reads, however few of them it can show. */
const MAX_SCANNED = 1000;
const PAGE_SIZE = 200;

/**
 * One page of an account's objects. Index entries are hints: an object that is deleted, of another account, or no
 * longer as the entry describes is left out. A page may therefore be shorter than `limit`, or empty, without being the
 * last.
 */
export async function listObjects<T extends { account: string }, Id extends string>(
  ports: ReadPorts,
  list: ListRequest<T, Id>,
): Promise<Result<Page<T>>> {
  const page = await readPage(ports, list);
  return isRefusal(page) || !list.total ? page : { ...page, total: await countObjects(ports, list) };
}

/** Reads the objects, as a page does, because entries are hints. */
async function countObjects<T extends { account: string }, Id extends string>(
  ports: ReadPorts,
  list: ListRequest<T, Id>,
): Promise<number | null> {
  let count = 0;
  let after: IndexEntry | undefined;
  for (let scanned = 0; scanned <= MAX_COUNTED; scanned += PAGE_SIZE) {
    await waitForOwnTurn();
    const entries = await ports.store.range(list.index, {
      limit: PAGE_SIZE,
      reverse: list.order !== 'asc',
      ...omitUndefined({ prefix: list.prefix, after }),
    });
    count += (await read(ports, list, entries)).size;
    if (entries.length < PAGE_SIZE) return count > MAX_COUNTED ? null : count;
    after = entries.at(-1);
  }
  return null;
}

async function readPage<T extends { account: string }, Id extends string>(
  ports: ReadPorts,
  list: ListRequest<T, Id>,
): Promise<Result<Page<T>>> {
  const start = list.after === undefined ? undefined : parseCursor(list.after);
  if (list.after !== undefined && !start) return refusal('INPUT_INVALID', { detail: 'after: not a cursor' });
  const selective = [list.where, list.select, list.prefix].some((one) => one !== undefined);
  const piece = selective ? PAGE_SIZE : list.limit + 1;
  const items: T[] = [];
  let after = start;
  for (let scanned = 0; scanned < MAX_SCANNED; scanned += piece) {
    const entries = await ports.store.range(list.index, {
      limit: piece,
      reverse: list.order !== 'asc',
      ...omitUndefined({ prefix: list.prefix, after }),
    });
    const visible = await read(ports, list, entries);
    for (const [at, entry] of entries.entries()) {
      const object = visible.get(entry);
      if (object) items.push(object);
      after = entry;
      const more = at + 1 < entries.length || entries.length === piece;
      // Without a selection, one more entry was read than is shown, to detect the last page.
      const full = items.length === list.limit || (!selective && at + 1 === list.limit);
      if (full) return { items, next: more ? writeCursor(entry) : null };
    }
    if (entries.length < piece) return { items, next: null };
  }
  return { items, next: after ? writeCursor(after) : null };
}

/** The objects to show, each under its entry. */
async function read<T extends { account: string }, Id extends string>(
  ports: ReadPorts,
  list: ListRequest<T, Id>,
  entries: readonly IndexEntry[],
): Promise<Map<IndexEntry, T>> {
  const byName = list.prefix !== undefined;
  const wanted = list.prefix === '' ? entries.filter(isMainName) : entries;
  const keys = wanted.map(({ id }) => list.key(id as Id));
  const stored = await ports.store.getMany(keys, ports.clock.now());
  const visible = new Map<IndexEntry, T>();
  for (const [at, entry] of wanted.entries()) {
    const [key, object] = [keys[at], stored[at]?.value as T | undefined];
    if (!key || object?.account !== list.account || list.where?.(object) === false) continue;
    if (byName && !isShownFor(key, object, list, entry)) continue;
    visible.set(entry, object);
  }
  if (!list.select) return visible;
  const selected = new Set(await list.select([...visible.values()]));
  return new Map([...visible].filter(([, object]) => selected.has(object)));
}

/** An object with several matching names is shown once: for the first of them, in the order of the list. */
function isShownFor<T extends object>(
  key: DocumentKey,
  object: T,
  { index, prefix = '', order }: Pick<ListRequest<T, string>, 'index' | 'prefix' | 'order'>,
  entry: IndexEntry,
): boolean {
  const fitting = key.document
    .indexes(object)
    .filter((place) => place.index === index && place.entry.sort.startsWith(prefix))
    .filter((place) => prefix !== '' || isMainName(place.entry))
    .map((place) => place.entry.sort)
    .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  return (order === 'asc' ? fitting[0] : fitting.at(-1)) === entry.sort;
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
