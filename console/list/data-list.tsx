import { MAX_COUNTED } from '@countersign/protocol/list-limits';
import { ArrowDown, ArrowUp, ArrowUpDown } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Breakable } from '../parts/breakable.tsx';
import { Icon } from '../parts/icon.tsx';
import { useConsole } from '../shell/context.ts';
import { t } from '../shell/i18n.ts';
import { Link } from '../shell/link.tsx';
import { Problem, Skeleton } from '../shell/problem.tsx';
import { useQuery } from '../shell/use-query.ts';
import { type BulkAction, BulkBar } from './bulk-bar.tsx';
import { createTrail, type ListState, listStateOf, queryOf, toggleSort, withChanges } from './list-state.ts';
import { SearchBox } from './search-box.tsx';
import { useMedia } from './use-media.ts';

export interface Column<Item> {
  key: string;
  label: string;
  cell(item: Item): ComponentChildren;
  /** Name of the column in the API, if it can be sorted. */
  sort?: string;
  /** Left out of a table on a narrow desk. */
  isMinor?: true;
}

export interface ListFilter {
  /** Name of the filter in the API. */
  name: string;
  label: string;
  choices: readonly { value: string; label: string }[];
}

export interface DataListProps<Item> {
  /** Path below `/v1/`. */
  path: string;
  /** Accessible name of the list. */
  label: string;
  columns: readonly Column<Item>[];
  nameOf(item: Item): string;
  /** Link to an item's page; without it the list shows the whole item. */
  hrefOf?(item: Item): string;
  canSearch?: boolean;
  /** Whether the service counts the list, on its first page. */
  isCounted?: boolean;
  filters?: readonly ListFilter[];
  /** Actions on several items at once. */
  bulk?: readonly BulkAction<Item>[];
  /** Shown if there are no items: what they are, and how to create the first. */
  empty: ComponentChildren;
}

const LIMIT = 50;
const trail = createTrail();

/** A list of API objects, page by page. Its state is in the address. */
export function DataList<Item extends { id: string }>(props: DataListProps<Item>) {
  const { path, label, columns, filters = [], bulk = [], canSearch = true, isCounted = false, empty } = props;
  const { address, go, announce, texts } = useConsole();
  const isNarrow = useMedia('(max-width: 719px)');
  const isWide = useMedia('(min-width: 1280px)');
  const state = listStateOf(address.query, {
    sorts: columns.flatMap(({ sort }) => sort ?? []),
    filters: Object.fromEntries(filters.map(({ name, choices }) => [name, choices.map(({ value }) => value)])),
  });
  const more = { limit: String(LIMIT), ...(isCounted && state.after === undefined && { total: 'true' }) };
  const read = useQuery<{ items: Item[]; next: string | null; total?: number | null }>(
    `${path}${queryOf(state, more)}`,
  );
  // Keep the previous page until the next one has loaded, so that the layout stays still.
  const [last, setLast] = useState(read.body);
  useEffect(() => {
    if (read.body) setLast(read.body);
  }, [read.body]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const page = read.body ?? (read.problem ? undefined : last);
  const count = read.body?.items.length;
  const isNarrowed = state.search !== '' || Object.keys(state.filters).length > 0;
  useEffect(() => {
    if (count !== undefined && isNarrowed) announce(t('results', { count }));
  }, [count, isNarrowed, announce]);

  const put = (next: ListState, isReplacing = false) => {
    setChosen(new Set());
    go(`${address.path}${queryOf(next)}`, isReplacing);
  };
  // Objects without an id in the API use their name.
  const items: Item[] = (page?.items ?? []).map((item) => ({ ...item, id: item.id ?? props.nameOf(item) }));
  const chosenItems = items.filter(({ id }) => chosen.has(id));
  const isWhole = page && items.length > 0 && page.next === null && state.after === undefined;
  const total = page?.total ?? (isWhole ? items.length : undefined);
  const isLong = page?.total === null && !isNarrowed;
  const isEmpty = page && items.length === 0 && page.next === null && !isNarrowed && state.after === undefined;
  if (isEmpty && !read.problem) return <>{empty}</>;

  const choose = (ids: readonly string[], isChosen: boolean) => {
    const next = new Set(chosen);
    for (const id of ids) isChosen ? next.add(id) : next.delete(id);
    setChosen(next);
  };
  const view: ViewProps<Item> = {
    ...props,
    columns: isNarrow || isWide ? columns : columns.filter(({ isMinor }) => !isMinor),
    items,
    state,
    put,
    chosen,
    choose,
    canChoose: bulk.length > 0,
  };
  return (
    <section class="list" aria-label={label} aria-busy={read.isLoading}>
      <ListTools {...{ canSearch, filters, state, put }} />
      {read.problem && read.body && (
        <p class="strip" role="status">
          {t('stale')}
        </p>
      )}
      {chosenItems.length > 0 && (
        <BulkBar items={chosenItems} actions={bulk} nameOf={props.nameOf} onDone={() => setChosen(new Set())} />
      )}
      {!page && (read.problem ? <Problem read={read} /> : <Skeleton lines={8} />)}
      {page && items.length === 0 && (
        <p class="list-none" role="status">
          {state.search === '' ? t('noMatchFilter') : t('noMatch', { query: state.search })}
        </p>
      )}
      {items.length > 0 && (isNarrow ? <Cards {...view} /> : <Table {...view} />)}
      {total !== undefined && <p class="hint">{t('total', { count: total.toLocaleString(texts.lang) })}</p>}
      {isLong && <p class="hint">{t('totalMore', { count: MAX_COUNTED.toLocaleString(texts.lang) })}</p>}
      {page && <Pager path={path} state={state} next={page.next} put={put} />}
    </section>
  );
}

interface ListToolsProps {
  canSearch: boolean;
  filters: readonly ListFilter[];
  state: ListState;
  put(next: ListState, isReplacing?: boolean): void;
}

/** The search and the filters. */
function ListTools({ canSearch, filters, state, put }: ListToolsProps) {
  const isNarrow = useMedia('(max-width: 719px)');
  // On a phone, several filters would push the list out of view.
  const [areFiltersOpen, openFilters] = useState(Object.keys(state.filters).length > 0);
  const canFold = isNarrow && filters.length > 1;
  return (
    <div class="list-tools">
      {canSearch && <SearchBox value={state.search} onChange={(search) => put(withChanges(state, { search }), true)} />}
      {canFold && (
        <button
          type="button"
          class="secondary"
          aria-expanded={areFiltersOpen}
          onClick={() => openFilters(!areFiltersOpen)}
        >
          {t('filters')}
        </button>
      )}
      {(canFold && !areFiltersOpen ? [] : filters).map((filter) => (
        <label key={filter.name} class="list-filter">
          <span class="unseen">{filter.label}</span>
          <select
            class="input"
            value={state.filters[filter.name] ?? ''}
            onChange={({ currentTarget: { value } }) => {
              const { [filter.name]: _, ...others } = state.filters;
              put(withChanges(state, { filters: value === '' ? others : { ...others, [filter.name]: value } }), true);
            }}
          >
            <option value="">{filter.label}</option>
            {filter.choices.map((choice) => (
              <option key={choice.value} value={choice.value}>
                {choice.label}
              </option>
            ))}
          </select>
        </label>
      ))}
    </div>
  );
}

interface ViewProps<Item> extends DataListProps<Item> {
  items: readonly Item[];
  state: ListState;
  put(next: ListState): void;
  canChoose: boolean;
  chosen: ReadonlySet<string>;
  choose(ids: readonly string[], isChosen: boolean): void;
}

function Table<Item extends { id: string }>(props: ViewProps<Item>) {
  const { label, columns, items, state, put, canChoose, chosen, choose, nameOf, hrefOf } = props;
  const isAll = items.every(({ id }) => chosen.has(id));
  return (
    <table>
      <caption class="unseen">{label}</caption>
      <thead>
        <tr>
          {canChoose && (
            <th class="tick-cell">
              <input
                type="checkbox"
                aria-label={t('selectAll')}
                checked={isAll}
                ref={(box) => {
                  if (box) box.indeterminate = !isAll && items.some(({ id }) => chosen.has(id));
                }}
                onChange={({ currentTarget }) =>
                  choose(
                    items.map(({ id }) => id),
                    currentTarget.checked,
                  )
                }
              />
            </th>
          )}
          {columns.map((column) => (
            <SortableHead key={column.key} column={column} state={state} put={put} />
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.id} class={chosen.has(item.id) ? 'chosen' : undefined}>
            {canChoose && (
              <td class="tick-cell">
                <Choose item={item} {...{ chosen, choose, nameOf }} />
              </td>
            )}
            {columns.map((column, at) =>
              at === 0 ? (
                <th key={column.key} scope="row" class="name-cell">
                  <Named href={hrefOf?.(item)}>{cellOf(column, item)}</Named>
                </th>
              ) : (
                <td key={column.key}>{cellOf(column, item)}</td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function cellOf<Item>(column: Column<Item>, item: Item): ComponentChildren {
  const content = column.cell(item);
  return typeof content === 'string' ? <Breakable text={content} /> : content;
}

function SortableHead<Item>({
  column,
  state,
  put,
}: {
  column: Column<Item>;
  state: ListState;
  put(next: ListState): void;
}) {
  const { sort, label } = column;
  if (sort === undefined) return <th scope="col">{label}</th>;
  const isSorted = state.sort === sort;
  const icon = !isSorted ? ArrowUpDown : state.order === 'desc' ? ArrowDown : ArrowUp;
  return (
    <th scope="col" aria-sort={!isSorted ? undefined : state.order === 'desc' ? 'descending' : 'ascending'}>
      <button type="button" class={isSorted ? 'sort on' : 'sort'} onClick={() => put(toggleSort(state, sort))}>
        <span class="unseen">{t('sortBy', { column: label })}</span>
        <span aria-hidden="true">{label}</span>
        <Icon node={icon} size={14} />
      </button>
    </th>
  );
}

/** On a phone: one card for each item, with the same content. */
function Cards<Item extends { id: string }>(props: ViewProps<Item>) {
  const { label, columns, items, canChoose, chosen, choose, nameOf, hrefOf } = props;
  const [first, ...others] = columns;
  return (
    <ul class="cards" aria-label={label}>
      {items.map((item) => (
        <li key={item.id} class={chosen.has(item.id) ? 'chosen' : undefined}>
          <div class="card-head">
            {canChoose && <Choose item={item} {...{ chosen, choose, nameOf }} />}
            <Named href={hrefOf?.(item)}>{first && cellOf(first, item)}</Named>
          </div>
          <dl>
            {others.map((column) => (
              <div key={column.key}>
                <dt>{column.label}</dt>
                <dd>{cellOf(column, item)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}

function Named({ href, children }: { href: string | undefined; children: ComponentChildren }) {
  if (href === undefined) return <span class="row-name">{children}</span>;
  return (
    <Link class="row-link" href={href}>
      {children}
    </Link>
  );
}

function Choose<Item extends { id: string }>({
  item,
  chosen,
  choose,
  nameOf,
}: Pick<ViewProps<Item>, 'chosen' | 'choose' | 'nameOf'> & { item: Item }) {
  return (
    <input
      type="checkbox"
      aria-label={t('selectOne', { name: nameOf(item) })}
      checked={chosen.has(item.id)}
      onChange={({ currentTarget }) => choose([item.id], currentTarget.checked)}
    />
  );
}

interface PagerProps {
  path: string;
  state: ListState;
  next: string | null;
  put(next: ListState): void;
}

function Pager({ path, state, next, put }: PagerProps) {
  const list = `${path}${queryOf(withChanges(state, {}))}`;
  const { after } = state;
  const before = after === undefined ? undefined : trail.before(list, after);
  if (after === undefined && next === null) return null;
  return (
    <nav class="pager" aria-label={t('pageOfList')}>
      {after !== undefined && (
        <button type="button" class="secondary" onClick={() => put(withChanges(state, before ?? {}))}>
          {t(before ? 'previousPage' : 'firstPage')}
        </button>
      )}
      {next !== null && (
        <button
          type="button"
          class="secondary next"
          onClick={() => {
            trail.note(list, after, next);
            put(withChanges(state, { after: next }));
          }}
        >
          {t('nextPage')}
        </button>
      )}
    </nav>
  );
}
