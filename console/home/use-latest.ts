import { useEffect, useState } from 'preact/hooks';
import type { EventView } from '../events/event.ts';
import type { Read } from '../service/query-cache.ts';
import { useQuery } from '../shell/use-query.ts';

interface EventPage {
  items: EventView[];
  next: string | null;
}

/** Other events may fill whole pages: look at this many before giving up. */
const MAX_PAGES = 5;

export interface Latest {
  /** Undefined while loading. */
  items: readonly EventView[] | undefined;
  /** Older events were not looked at. */
  isCut: boolean;
  problem: Read['problem'] | undefined;
}

/**
 * The latest events of a list whose pages can be empty without being the last.
 *
 * @param path below `/v1/`, with a query
 */
export function useLatest(path: string): Latest {
  const [turns, setTurns] = useState<{ path: string; cursors: readonly string[] }>({ path, cursors: [] });
  const cursors = turns.path === path ? turns.cursors : [];
  const first = useQuery<EventPage>(path);
  const cursor = cursors.at(-1);
  const later = useQuery<EventPage>(cursor === undefined ? undefined : `${path}&after=${encodeURIComponent(cursor)}`);
  // New events are on the first page.
  const hasFirst = (first.body?.items.length ?? 0) > 0;
  const read = hasFirst || cursor === undefined ? first : later;
  const next = read.body?.items.length === 0 ? read.body.next : null;
  const isCut = next !== null && (cursors.length + 1 >= MAX_PAGES || next === cursor);
  useEffect(() => {
    if (next !== null && !isCut) setTurns({ path, cursors: [...cursors, next] });
  }, [path, next, isCut]);
  const isDone = read.body !== undefined && (next === null || isCut);
  return { items: isDone ? read.body?.items : undefined, isCut, problem: read.body ? undefined : read.problem };
}
