/** Where a list stands; all of it is in the address, so that it can be sent to somebody and gone back to. */
export interface ListState {
  search: string;
  /** The column it goes by; undefined: the usual order. */
  sort: string | undefined;
  order: 'asc' | 'desc' | undefined;
  /** Where the page begins; undefined: the first one. */
  after: string | undefined;
  /** What it is narrowed to, by name. */
  filters: Readonly<Record<string, string>>;
}

/** What can be asked of a list. */
export interface ListShape {
  sorts: readonly string[];
  /** The values that each filter may have. */
  filters: Readonly<Record<string, readonly string[]>>;
}

/** What the address says; nonsense in it is as if it were not there. */
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

/** The state with changes in it. Whatever changes what is listed begins at the first page again. */
export function withChanges(state: ListState, changes: Partial<ListState>): ListState {
  return { ...state, after: undefined, ...changes };
}

/** As it stands in the address, and as it is asked: the same names. Empty where everything is as usual. */
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

/** A click on a column: by it, then the other way round, then as usual. */
export function toggleSort(state: ListState, sort: string): ListState {
  if (state.sort !== sort) return withChanges(state, { sort, order: 'asc' });
  if (state.order !== 'desc') return withChanges(state, { sort, order: 'desc' });
  return withChanges(state, { sort: undefined, order: undefined });
}

/** Which page one came from. A cursor leads on alone; back leads only what was gone. */
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
