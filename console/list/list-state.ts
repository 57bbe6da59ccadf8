/** The state of a list. It is kept in the address, so that a link or the back button restores it. */
export interface ListState {
  search: string;
  /** The column to sort by; undefined for the default order. */
  sort: string | undefined;
  order: 'asc' | 'desc' | undefined;
  /** Cursor of the page; undefined for the first one. */
  after: string | undefined;
  /** Values of the filters, by name. */
  filters: Readonly<Record<string, string>>;
}

/** The sort columns and filters that a list has. */
export interface ListShape {
  sorts: readonly string[];
  /** The allowed values of each filter. */
  filters: Readonly<Record<string, readonly string[]>>;
}

/** Reads the state from the address and ignores invalid values. */
export function listStateOf(query: URLSearchParams, { sorts, filters }: ListShape): ListState {
  const sort = sorts.find((one) => one === query.get('sort'));
  const order = query.get('order');
  const chosen = Object.entries(filters).flatMap(([name, values]) => {
    const value = values.find((one) => one === query.get(name));
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    search: (query.get('search') ?? '').slice(0, 200),
    sort,
    order: order === 'asc' || order === 'desc' ? order : undefined,
    after: query.get('after')?.slice(0, 500) || undefined,
    filters: Object.fromEntries(chosen),
  };
}

/** Applies changes. A change of search, order or filters returns to the first page. */
export function withChanges(state: ListState, changes: Partial<ListState>): ListState {
  return { ...state, after: undefined, ...changes };
}

/** The query string for both the address and the API. Empty for the defaults. */
export function queryOf({ search, sort, order, after, filters }: ListState, more: Record<string, string> = {}): string {
  const query = new URLSearchParams();
  if (search.trim() !== '') query.set('search', search.trim());
  if (sort !== undefined) query.set('sort', sort);
  if (order !== undefined) query.set('order', order);
  for (const [name, value] of Object.entries(filters)) query.set(name, value);
  if (after !== undefined) query.set('after', after);
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** Cycles a column through ascending, descending and the default order. */
export function toggleSort(state: ListState, sort: string): ListState {
  if (state.sort !== sort) return withChanges(state, { sort, order: 'asc' });
  if (state.order !== 'desc') return withChanges(state, { sort, order: 'desc' });
  return withChanges(state, { sort: undefined, order: undefined });
}

/** Remembers the previous page of each page: cursors only lead forward. */
export function createTrail(): {
  note(list: string, from: string | undefined, to: string): void;
  before(list: string, at: string): { after: string | undefined } | undefined;
} {
  const came = new Map<string, string | undefined>();
  return {
    note(list, from, to) {
      came.set(`${list} ${to}`, from);
    },
    before(list, at) {
      const key = `${list} ${at}`;
      return came.has(key) ? { after: came.get(key) } : undefined;
    },
  };
}
