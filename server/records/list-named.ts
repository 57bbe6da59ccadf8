import { namePrefix } from '../store/index-entries.ts';
import type { ListRequest } from './list-objects.ts';

/**
 * The lists of an account's objects, one in each feature. Each uses the most selective index and filters the rest by
 * reading the objects, so that a page costs about the same in an account of any size.
 */

export interface ListQuery {
  after?: string | undefined;
  limit: number;
  /** A prefix of a name. Lists by name. */
  search?: string | undefined;
  sort?: 'created' | 'name' | undefined;
  order?: 'asc' | 'desc' | undefined;
}

type Along = Pick<ListRequest<unknown, string>, 'index' | 'after' | 'limit' | 'order' | 'prefix'>;

/** Uses the index of names if a search or sort needs it; else `selective`, which is ordered by creation. */
export function listRange({ after, limit, search, sort, order }: ListQuery, names: string, selective: string): Along {
  if (search === undefined && sort !== 'name') return { index: selective, after, limit, order };
  return { index: names, after, limit, order: order ?? 'asc', prefix: namePrefix(search ?? '') };
}
