import { type Service, ServiceRefusal, Unreachable } from '../connection/service.ts';
import type { Run } from './context.ts';
import { pages } from './pages.ts';

type Item = Record<string, unknown>;

const POLL_MS = 2000;
const MAX_DELAY_MS = 30_000;
/**
 * Events are listed once they are sealed, so one can appear behind a newer one. The cursor of the API is a time as well:
 * what is sealed later than this is missed, as the help says.
 */
const OVERLAP_MS = 60_000;

/**
 * Shows the newest events, and then each as it appears, until it is interrupted. After a lost connection it goes on where
 * it was: what happened meanwhile is shown, and nothing twice.
 */
export async function watchEvents(
  run: Run,
  service: Service,
  { path, query, columns, most }: { path: string; query: Item; columns: readonly string[]; most: number },
): Promise<void> {
  const stop = run.interruption();
  const show = run.listWriter(columns);
  const seen = new Map<string, number>();
  let since: number | undefined;
  let delayMs = POLL_MS;
  while (!stop.aborted) {
    try {
      const items = await Promise.race([since === undefined ? begin() : newer(since), untilAborted(stop)]);
      if (items === undefined) return;
      show(items.filter(({ id }) => !seen.has(String(id))).reverse());
      remember(items);
      if (delayMs > POLL_MS) run.tell('connected again');
      delayMs = POLL_MS;
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (delayMs === POLL_MS) run.tell(`${(error as Error).message}; trying again`);
      delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
    }
    await run.pause(delayMs, stop);
  }

  /** The newest of all. What is older than they are is not shown later as if it were new. */
  async function begin(): Promise<Item[]> {
    const { headers } = await service.send('GET', path, { query: { ...query, limit: 1 } });
    const start = Date.parse(headers.date ?? '') - OVERLAP_MS;
    const recent = await newer(start);
    const items: Item[] = [];
    for await (const item of pages(service, path, query)) {
      items.push(item);
      if (items.length >= most) break;
    }
    const shown = new Set(items.map(({ id }) => id));
    since = start;
    remember(recent.filter(({ id }) => !shown.has(id)));
    return items;
  }

  async function newer(from: number): Promise<Item[]> {
    const items: Item[] = [];
    for await (const item of pages(service, path, { ...query, from })) items.push(item);
    return items;
  }

  function remember(items: readonly Item[]): void {
    for (const { id, at } of items) seen.set(String(id), Number(at));
    const start = Math.max(since ?? 0, ...items.map(({ at }) => Number(at) - OVERLAP_MS));
    for (const [id, at] of seen) if (at < start) seen.delete(id);
    since = start;
  }
}

/** An outage or a limit: neither says that the next try is in vain. */
function mayPass(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  return error instanceof ServiceRefusal && (error.status >= 500 || error.status === 429);
}

function untilAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
