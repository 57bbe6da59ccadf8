import type { Answer } from '../service/client.ts';
import type { EventView } from './event.ts';
import { foldBulk } from './fold-bulk.ts';

export interface EventPage {
  items: EventView[];
  next: string | null;
}

export interface FeedState {
  /** Newest first. */
  items: readonly EventView[];
  /** Cursor of the next older page; null at the first event. */
  next: string | null;
  isLoading: boolean;
  /** Why the last load failed. */
  problem?: Exclude<Answer, { kind: 'done' }> | undefined;
  /** Ids of the events that arrived while following. */
  fresh: ReadonlySet<string>;
}

export interface Feed {
  now(): FeedState;
  /** Loads older events. */
  older(): Promise<void>;
  /** Loads new events. */
  follow(): Promise<void>;
  stop(): void;
}

const PAGE = 50;
/** While the events of an import are folded into one row, the next rows are far away. */
const FOLDED_PAGE = 200;
/** A narrow filter yields short pages: load at most this many before asking the user. */
const MAX_PAGES = 5;
/** The list starts over from the newest events when it grows beyond this. */
const MAX_SHOWN = 3_000;

/**
 * The events that match a filter, page by page, with new events added. Does not use the DOM.
 *
 * @param query the filters, as a query string
 */
export function createFeed(
  get: (path: string, signal: AbortSignal) => Promise<Answer<EventPage>>,
  query: string,
  show: (state: FeedState) => void,
): Feed {
  const abort = new AbortController();
  let state: FeedState = { items: [], next: null, isLoading: true, fresh: new Set() };
  let isFollowing = false;

  const put = (changes: Partial<FeedState>) => {
    state = { ...state, ...changes };
    if (!abort.signal.aborted) show(state);
  };
  const page = (after: string | null, limit = PAGE) => {
    const parameters = new URLSearchParams(query);
    parameters.set('limit', String(limit));
    if (after !== null) parameters.set('after', after);
    return get(`events?${parameters}`, abort.signal);
  };

  return {
    now: () => state,
    async older() {
      put({ isLoading: true, problem: undefined });
      const wanted = foldBulk(state.items).length + PAGE;
      let rows = state.items.length;
      for (let pages = 0; pages < MAX_PAGES; pages++) {
        const answer = await page(state.next, rows < state.items.length ? FOLDED_PAGE : PAGE);
        if (abort.signal.aborted) return;
        if (answer.kind !== 'done') return put({ isLoading: false, problem: answer });
        put({ items: merge(state.items, answer.body.items), next: answer.body.next });
        rows = foldBulk(state.items).length;
        if (answer.body.next === null || rows >= wanted) break;
      }
      put({ isLoading: false });
    },
    async follow() {
      if (isFollowing || state.isLoading) return;
      isFollowing = true;
      const known = new Set(state.items.map(({ id }) => id));
      const found: EventView[] = [];
      let next: string | null = null;
      let meets = false;
      for (let pages = 0; pages < MAX_PAGES && !meets; pages++) {
        const answer: Answer<EventPage> = await page(next);
        if (abort.signal.aborted) return;
        if (answer.kind !== 'done') {
          isFollowing = false;
          return put({ problem: answer });
        }
        found.push(...answer.body.items);
        next = answer.body.next;
        meets = next === null || answer.body.items.some(({ id }) => known.has(id));
      }
      isFollowing = false;
      const added = found.filter(({ id }) => !known.has(id));
      const fresh = new Set(added.map(({ id }) => id));
      // There is a gap before the new events, or the list is too long: start over.
      if (!meets || known.size + added.length > MAX_SHOWN) {
        return put({ items: merge([], found), next, problem: undefined, fresh });
      }
      if (added.length > 0 || state.problem) put({ items: merge(state.items, added), problem: undefined, fresh });
    },
    stop: () => abort.abort(),
  };
}

/** Partitions seal events at different moments, so a new event may belong between older ones. */
function merge(items: readonly EventView[], more: readonly EventView[]): EventView[] {
  const known = new Set(items.map(({ id }) => id));
  return [...items, ...more.filter(({ id }) => !known.has(id))].sort((one, other) => other.at - one.at);
}
