import type { Answer } from '../service/client.ts';
import type { EventView } from './event.ts';

export interface EventPage {
  items: EventView[];
  next: string | null;
}

export interface FeedState {
  /** Newest first. */
  items: readonly EventView[];
  /** Where it goes on, further back; null: that was the first one. */
  next: string | null;
  isLoading: boolean;
  /** Why it does not go on. */
  problem?: Exclude<Answer, { kind: 'done' }> | undefined;
  /** Ids of what came by itself. */
  fresh: ReadonlySet<string>;
}

export interface Feed {
  now(): FeedState;
  /** Goes further back. */
  older(): Promise<void>;
  /** Looks for what is new. */
  follow(): Promise<void>;
  stop(): void;
}

const PAGE = 50;
/** A filter that little passes gets short pages; so many of them are asked for before the person decides. */
const MAX_PAGES = 5;
/** More on one screen serve nobody; whoever follows begins anew from the newest. */
const MAX_SHOWN = 1_000;

/**
 * The events that pass a filter, page after page, and what is new of them. Knows no DOM.
 *
 * @param query what they are narrowed to
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
  const page = (after: string | null) => {
    const asked = new URLSearchParams(query);
    asked.set('limit', String(PAGE));
    if (after !== null) asked.set('after', after);
    return get(`events?${asked}`, abort.signal);
  };

  return {
    now: () => state,
    async older() {
      put({ isLoading: true, problem: undefined });
      const wanted = state.items.length + PAGE;
      for (let pages = 0; pages < MAX_PAGES; pages++) {
        const answer = await page(state.next);
        if (abort.signal.aborted) return;
        if (answer.kind !== 'done') return put({ isLoading: false, problem: answer });
        put({ items: merge(state.items, answer.body.items), next: answer.body.next });
        if (answer.body.next === null || state.items.length >= wanted) break;
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
      // There is a gap to what is shown, or too much of it: it begins anew.
      if (!meets || known.size + added.length > MAX_SHOWN) {
        return put({ items: merge([], found), next, problem: undefined, fresh });
      }
      if (added.length > 0 || state.problem) put({ items: merge(state.items, added), problem: undefined, fresh });
    },
    stop: () => abort.abort(),
  };
}

/** Events of different parts of the store are sealed at different moments, so a new one may belong between others. */
function merge(items: readonly EventView[], more: readonly EventView[]): EventView[] {
  const known = new Set(items.map(({ id }) => id));
  return [...items, ...more.filter(({ id }) => !known.has(id))].sort((one, other) => other.at - one.at);
}
