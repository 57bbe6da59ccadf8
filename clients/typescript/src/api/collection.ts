import { CountersignError } from '../error.ts';
import type { Page } from './objects.ts';
import type { Transport } from './transport.ts';

export interface CallOptions {
  /** Ends the call early, with the code `ABORTED`. */
  signal?: AbortSignal;
}

export interface ListOptions extends CallOptions {
  /** Items per page. */
  limit?: number;
}

/** One kind of object of the account. `Query` is what its list can be asked for. */
export interface Collection<Item, New, Created = Item, Query extends object = object> {
  /** Sent with an Idempotency-Key of its own, so a lost answer does not make two. */
  create(input: New, options?: CallOptions): Promise<Created>;
  get(id: string, options?: CallOptions): Promise<Item>;
  /**
   * All of them, page by page as they are read.
   *
   * @example
   * for await (const user of client.users.list()) console.log(user.login);
   */
  list(options?: ListOptions & Query): AsyncGenerator<Item, void, undefined>;
  /** One page; `after` is the `next` of the page before. */
  page(options?: ListOptions & Query & { after?: string }): Promise<Page<Item>>;
}

export interface ChangeableCollection<Item, New, Changes, Created = Item, Query extends object = object>
  extends Collection<Item, New, Created, Query> {
  /** Changes what is named and leaves the rest. Never repeated by itself. */
  update(id: string, changes: Changes, options?: CallOptions): Promise<Item>;
  /** Never repeated by itself. */
  delete(id: string, options?: CallOptions): Promise<void>;
}

/** What differs between the collections: where they are, and what a created one looks like. */
export interface CollectionShape<Created> {
  path: '/resources' | '/users' | '/tokens' | '/filters' | '/api-keys';
  readCreated: (answer: Record<string, unknown>) => Created;
}

export function createCollection<Item extends { id: string }, New, Changes, Created, Query extends object = object>(
  send: Transport,
  { path, readCreated }: CollectionShape<Created>,
): ChangeableCollection<Item, New, Changes, Created, Query> {
  async function pageAfter(after: string | undefined, options?: ListOptions & Query): Promise<Page<Item>> {
    const { signal, ...query } = options ?? {};
    const answer = await send({
      method: 'GET',
      path,
      query: { after, ...query },
      kind: 'read',
      signal,
    });
    const { items, next } = answer ?? {};
    if (!Array.isArray(items) || (next !== null && typeof next !== 'string')) throw unexpected('a page');
    return { items: items.map((item) => readItem<Item>(item)), next };
  }

  return {
    page: (options) => pageAfter(options?.after, options),
    async create(input, options = {}) {
      const answer = await send({ method: 'POST', path, body: input, kind: 'creation', signal: options.signal });
      if (!answer) throw unexpected('what was created');
      return readCreated(answer);
    },
    async get(id, options = {}) {
      return readItem<Item>(
        await send({ method: 'GET', path: itemPath(path, id), kind: 'read', signal: options.signal }),
      );
    },
    async update(id, changes, options = {}) {
      const request = {
        method: 'PATCH',
        path: itemPath(path, id),
        body: changes,
        kind: 'once',
        signal: options.signal,
      } as const;
      return readItem<Item>(await send(request));
    },
    async delete(id, options = {}) {
      await send({ method: 'DELETE', path: itemPath(path, id), kind: 'once', signal: options.signal });
    },
    async *list(options) {
      const seen = new Set<string>();
      for (let after: string | undefined; ; ) {
        const { items, next } = await pageAfter(after, options);
        yield* items;
        if (next === null) return;
        // A service that goes round in circles must not keep us for ever.
        if (seen.has(next)) throw unexpected('a new page');
        seen.add(next);
        after = next;
      }
    },
  };
}

/** The typed item. Of its shape only the id is checked: the service may have added members since. */
export function readItem<Item extends { id: string }>(value: unknown): Item {
  if (typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string') {
    return value as Item;
  }
  throw unexpected('an object with an id');
}

export function unexpected(wanted: string): CountersignError {
  return new CountersignError('RESPONSE_INVALID', `The answer is not ${wanted}.`);
}

/** Refuses what is not an id before it becomes part of an address: `..` would ask for something else. */
export function itemPath(path: string, id: string): string {
  if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) {
    throw new CountersignError('INPUT_INVALID', 'That is not the id of an object.');
  }
  return `${path}/${id}`;
}
