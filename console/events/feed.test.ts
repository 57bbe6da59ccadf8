import { describe, expect, test } from 'vitest';
import type { Answer } from '../service/client.ts';
import type { EventView } from './event.ts';
import { createFeed, type EventPage, type FeedState } from './feed.ts';

const event = (nr: number): EventView => ({
  id: `1-${nr}`,
  segment: 1,
  type: 'authentication',
  at: nr,
  actor: { kind: 'user' },
  outcome: 'granted',
});

/** A service whose log holds these numbers, newest last; `perPage` of them on each page. */
function setUp(log: number[], perPage = 50, requestOf: (nr: number) => string | undefined = () => undefined) {
  const asked: string[] = [];
  const service = { isLost: false };
  const get = async (path: string): Promise<Answer<EventPage>> => {
    asked.push(path);
    if (service.isLost) return { kind: 'lost' };
    const query = new URLSearchParams(path.slice(path.indexOf('?')));
    const after = Number(query.get('after') ?? Number.POSITIVE_INFINITY);
    const rest = log.filter((nr) => nr < after).sort((one, other) => other - one);
    const count = Math.max(perPage, Number(query.get('limit')) > 50 ? Number(query.get('limit')) : 0);
    const items = rest.slice(0, count).map((nr): EventView => {
      const requestId = requestOf(nr);
      return requestId === undefined ? event(nr) : { ...event(nr), type: 'user.created', outcome: 'done', requestId };
    });
    return { kind: 'done', body: { items, next: rest.length > count ? String(items.at(-1)?.at) : null } };
  };
  const shown: FeedState[] = [];
  const feed = createFeed(get, 'type=authentication', (state) => shown.push(state));
  return { log, asked, service, shown, feed, ids: () => feed.now().items.map(({ at }) => at) };
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describe('older events', () => {
  test('load page by page, newest first, up to the first event', async () => {
    const { feed, ids, asked } = setUp(upTo(80));
    await feed.older();
    expect([ids().length, ids()[0], feed.now().next]).toEqual([50, 80, '31']);
    await feed.older();
    expect([ids().length, ids().at(-1), feed.now().next]).toEqual([80, 1, null]);
    expect(asked[0]).toBe('events?type=authentication&limit=50');
  });

  test('load further, by larger pages, while an import is folded into one row', async () => {
    const { feed, ids, asked } = setUp(upTo(400), 50, (nr) => (nr > 200 ? 'of-the-import' : undefined));
    await feed.older();
    expect(asked.map((path) => /limit=(\d+)/.exec(path)?.[1])).toEqual(['50', '200']);
    expect(ids()).toHaveLength(250);
  });

  test('skip short pages up to a limit', async () => {
    const { feed, ids, asked } = setUp(upTo(80), 2);
    await feed.older();
    expect(asked).toHaveLength(5);
    expect(ids()).toHaveLength(10);
    expect(feed.now().isLoading).toBe(false);
  });
});

describe('following', () => {
  test('adds and marks new events, and requests none twice', async () => {
    const { feed, ids, log, asked, shown } = setUp(upTo(60));
    await feed.older();
    const before = shown.length;
    await feed.follow();
    expect(shown.length).toBe(before);
    log.push(61, 62);
    await feed.follow();
    expect(ids().slice(0, 3)).toEqual([62, 61, 60]);
    expect([...feed.now().fresh]).toEqual(['1-62', '1-61']);
    expect(feed.now().next).toBe('11');
    expect(asked).toHaveLength(3);
  });

  test('inserts events that were sealed late at their position', async () => {
    const { feed, ids, log } = setUp([1, 2, 4]);
    await feed.older();
    log.push(3);
    await feed.follow();
    expect(ids()).toEqual([4, 3, 2, 1]);
  });

  test('starts over when there are more new events than it loads', async () => {
    const { feed, ids, log } = setUp(upTo(10), 10);
    await feed.older();
    log.push(...Array.from({ length: 100 }, (_, at) => at + 11));
    await feed.follow();
    expect([ids()[0], ids().at(-1), feed.now().next]).toEqual([110, 61, '61']);
  });

  test('reports an outage until it is over', async () => {
    const { feed, ids, service } = setUp(upTo(3));
    await feed.older();
    service.isLost = true;
    await feed.follow();
    expect([feed.now().problem, ids()]).toEqual([{ kind: 'lost' }, [3, 2, 1]]);
    service.isLost = false;
    await feed.follow();
    expect(feed.now().problem).toBeUndefined();
  });

  test('ignores a response that arrives after it stopped', async () => {
    const { feed, shown } = setUp(upTo(3));
    const asking = feed.older();
    feed.stop();
    const before = shown.length;
    await asking;
    expect(shown.length).toBe(before);
  });
});
