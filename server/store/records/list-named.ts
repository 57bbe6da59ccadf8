import { namePrefix } from '../index-entries.ts';
import type { ListRequest, Page } from './list-objects.ts';

/**
 * The lists of an account's objects, one in each feature. Each uses the most selective index and filters the rest by
 * reading the objects, so that a page costs about the same in an account of any size.
 */

export interface ListQuery {
  after?: string | undefined;
  limit: number;
  /** Counts the list, too. */
  total?: boolean | undefined;
  /** A prefix of a name. Lists by name. */
  search?: string | undefined;
  sort?: 'created' | 'name' | undefined;
  order?: 'asc' | 'desc' | undefined;
}

type Along = Pick<ListRequest<unknown, string>, 'index' | 'after' | 'limit' | 'total' | 'order' | 'prefix'>;

/** The index for a list by name: of main names for all objects, of every name for a search. */
export function namesFor({ search, sort }: ListQuery, indexes: { names: string; sorted: string }): string {
  return search === undefined && sort === 'name' ? indexes.sorted : indexes.names;
}

/** Uses the index of names if a search or sort needs it; else `selective`, which is ordered by creation. */
export function listRange(query: ListQuery, names: string, selective: string): Along {
  const { after, limit, total, search, sort, order } = query;
  if (search === undefined && sort !== 'name') return { index: selective, after, limit, total, order };
  return { index: names, after, limit, total, order: order ?? 'asc', prefix: namePrefix(search ?? '') };
}

/** The page of a list without objects. */
export function emptyPage({ total }: Pick<ListQuery, 'total'>): Page<never> {
  return { items: [], next: null, ...(total && { total: 0 }) };
}
