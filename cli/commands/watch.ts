import { type Service, ServiceRefusal, Unreachable } from '../connection/service.ts';
import type { Run } from './context.ts';
import { pages } from './pages.ts';

type Item = Record<string, unknown>;

const EVENTS = '/v1/events';
const POLL_MS = 2000;
const MAX_DELAY_MS = 30_000;

/** Events in the order in which they were sealed. */
interface SealedEvents {
  items: Item[];
  /** Where the next page begins. */
  next: number;
  hasMore: boolean;
}

/**
 * Shows the newest events, and then each as it is sealed, until it is interrupted. After a lost connection it goes on
 * where it was: what happened meanwhile is shown, and nothing twice.
 */
export async function watchEvents(
  run: Run,
  service: Service,
  { query, columns, most }: { query: Item; columns: readonly string[]; most: number },
): Promise<void> {
  const stop = run.interruption();
  const show = run.listWriter(columns);
  /** Shown at the beginning, of segments behind the cursor. */
  let shown = new Set<unknown>();
  let after: number | undefined;
  let delayMs = POLL_MS;
  while (!stop.aborted) {
    try {
      const items = await Promise.race([after === undefined ? begin() : sealedSince(after), untilAborted(stop)]);
      if (items === undefined) return;
      show(items);
      if (delayMs > POLL_MS) run.tell('connected again');
      delayMs = POLL_MS;
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (delayMs === POLL_MS) run.tell(`${(error as Error).message}; trying again`);
      delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
    }
    await run.pause(delayMs, stop);
  }

  /** The newest of all, oldest first. */
  async function begin(): Promise<Item[]> {
    const end = (await read({})).next;
    const items: Item[] = [];
    for await (const item of pages(service, EVENTS, query)) {
      items.push(item);
      if (items.length >= most) break;
    }
    shown = new Set(items.filter(({ segment }) => Number(segment) > end).map(({ id }) => id));
    after = end;
    return items.reverse();
  }

  async function sealedSince(from: number): Promise<Item[]> {
    const items: Item[] = [];
    let next = from;
    let hasMore = true;
    while (hasMore) {
      const page = await read({ after: next });
      items.push(...page.items.filter(({ id }) => !shown.has(id)));
      ({ next, hasMore } = page);
    }
    // Only now: if a page fails, all of them are read again.
    after = next;
    return items;
  }

  async function read(cursor: Item): Promise<SealedEvents> {
    const answer = await service.send('GET', `${EVENTS}/sealed`, { query: { ...query, ...cursor } });
    return answer.body as SealedEvents;
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
