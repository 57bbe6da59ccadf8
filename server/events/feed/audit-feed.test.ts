import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FeedLine } from '../../kernel/feed-line.ts';
import type { AuditSink } from '../../kernel/ports/audit-sink.ts';
import { ClockInDoubt } from '../../kernel/ports/clock.ts';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { capturedLog } from '../../testing/captured-log.ts';
import { append, type StreamPorts, sampleEvent, streamPortsOver } from '../../testing/event-stream.ts';
import { InterceptedStore, SharedStore, touches } from '../../testing/intercepted-store.ts';
import { accountId } from '../../testing/samples.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { consumeEvents } from '../consume-events.ts';
import { feedCursorDocument, feedIndexes, feedStateDocument } from '../documents.ts';
import { dropOldSegments } from '../drop-old-segments.ts';
import { createSealer } from '../seal-events.ts';
import { createAuditFeed } from './audit-feed.ts';
import { LEASE_MS } from './feed-lease.ts';

/** Keeps what it gets, and may refuse. */
class FakeSink implements AuditSink {
  readonly lines: FeedLine[] = [];
  readonly sizes: number[] = [];
  isDown = false;
  isClosed = false;
  async send(lines: readonly FeedLine[]): Promise<void> {
    if (this.isDown) throw new Error('the receiver is down');
    this.isClosed = false;
    this.lines.push(...lines);
    this.sizes.push(lines.length);
  }
  async close(): Promise<void> {
    this.isClosed = true;
  }
  ids(): string[] {
    return this.lines.map(({ text }) => (JSON.parse(text) as { id: string }).id);
  }
}

let temporary: Awaited<ReturnType<typeof openTemporaryStore>>;
let ports: StreamPorts & { second: StreamPorts };
let sink: FakeSink;
beforeEach(async () => {
  temporary = await openTemporaryStore();
  ports = await streamPortsOver(new SharedStore(temporary.store), 'feed');
  sink = new FakeSink();
});
afterEach(() => temporary.remove());

const { log } = capturedLog();
const feedTo = (to: AuditSink, over: StreamPorts = ports) => createAuditFeed(over, to, log);
const seal = (isFed = true) => consumeEvents(ports, [createSealer(ports, { isFed })]);
/** Appends and seals events of three accounts. */
async function happen(count: number, from = 0): Promise<void> {
  await append(
    ports,
    'thing',
    Array.from({ length: count }, (_, at) => sampleEvent(from + at)),
  );
  await seal();
}
const idsFrom = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => `0-${first + at}`);
const pending = () => ports.store.range(feedIndexes.pending(), { limit: 100 });

describe('the feed', () => {
  test('begins with its first start, and then sends each event once, also of new accounts', async () => {
    await append(ports, 'thing', [sampleEvent(0)]);
    await seal(false);
    const feed = feedTo(sink);
    await feed.turn();
    expect(sink.lines).toEqual([]);
    await happen(8, 1);
    await feed.turn();
    expect(sink.ids().sort()).toEqual(idsFrom(2, 9));
    expect(await pending()).toEqual([]);
    await feed.turn();
    expect(sink.lines).toHaveLength(8);
    await happen(3, 9);
    await feed.turn();
    expect(sink.ids().sort()).toEqual([...idsFrom(2, 9), ...idsFrom(10, 12)].sort());
  });

  test('sends the events of an account in the order of its log', async () => {
    const feed = feedTo(sink);
    await feed.turn();
    for (let at = 0; at < 30; at++) await happen(3, at * 3);
    await feed.turn();
    const of = sink.lines.map(({ text }) => JSON.parse(text) as { account: string; segment: number });
    const segments = of.filter(({ account }) => account === accountId(1)).map(({ segment }) => segment);
    expect(segments).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
  });

  test('hands a bounded number of lines to the receiver at once', async () => {
    const feed = feedTo(sink);
    await feed.turn();
    await happen(3000);
    await feed.turn();
    expect(sink.lines).toHaveLength(3000);
    expect(Math.max(...sink.sizes)).toBeLessThan(700);
    expect(new Set(sink.ids()).size).toBe(3000);
  });

  test('finds what was sealed by a process without a feed', async () => {
    await feedTo(sink).turn();
    await append(ports, 'thing', [sampleEvent(0)]);
    await seal(false);
    ports.clock.advance(LEASE_MS);
    await feedTo(sink).turn();
    expect(sink.ids()).toEqual(['0-1']);
  });
});

// SR-34. The attack: a SIEM is down, or the service is killed, while an intruder acts.
describe('an event that the receiver may not have', () => {
  test('is sent again after a crash between sending and the cursor', async () => {
    const feed = feedTo(sink);
    await feed.turn();
    await happen(1);
    ports.store.intercept.commit = (change, go) =>
      touches(change, feedCursorDocument.kind) ? Promise.reject(new StoreUnavailable('killed')) : go();
    await expect(feed.turn()).rejects.toThrow('killed');
    expect(sink.ids()).toEqual(['0-1']);
    // Another process, when the lease of the dead one has ended.
    const other = feedTo(sink, ports.second);
    await other.turn();
    expect(sink.ids()).toEqual(['0-1']);
    ports.clock.advance(LEASE_MS);
    await other.turn();
    expect(sink.ids()).toEqual(['0-1', '0-1']);
    await other.turn();
    expect(sink.ids()).toEqual(['0-1', '0-1']);
  });

  test('does not wait for the lease of a process that was killed, if the store has one process at a time', async () => {
    await feedTo(sink).turn();
    await happen(3);
    const embedded = { ...ports, store: new InterceptedStore(temporary.store) };
    await feedTo(sink, embedded).turn();
    expect(sink.ids().sort()).toEqual(idsFrom(1, 3));
  });

  test('waits in the log while the receiver is down, and sealing goes on', async () => {
    const feed = feedTo(sink);
    await feed.turn();
    sink.isDown = true;
    await happen(3);
    await expect(feed.turn()).rejects.toThrow('the receiver is down');
    // It is not asked again at once.
    await feed.turn();
    await happen(3, 3);
    sink.isDown = false;
    ports.clock.advance(1000);
    await feed.turn();
    expect(sink.ids().sort()).toEqual(idsFrom(1, 6));
  });

  test('is named as missing if retention has removed it before', async () => {
    const captured = capturedLog();
    const feed = createAuditFeed(ports, sink, captured.log);
    await feed.turn();
    await append(ports, 'thing', [sampleEvent(0)]);
    await seal();
    ports.clock.advance(1000);
    await dropOldSegments(ports, { keptMs: 1, mostEvents: 1000 });
    await append(ports, 'thing', [sampleEvent(3)]);
    await seal();
    await feed.turn();
    expect(sink.lines.map(({ text }) => JSON.parse(text))).toMatchObject([
      { type: 'feed.gap', account: accountId(1), segments: { from: 1, to: 1 } },
      { id: '0-2', segment: 2 },
    ]);
    expect(captured.lines().at(-1)).toMatchObject({ level: 'error', account: accountId(1), from: 1, to: 1 });
  });
});

describe('of several processes', () => {
  test('one feeds; the others close their connection, and take over when it stops', async () => {
    const others = new FakeSink();
    const [first, second] = [feedTo(sink), feedTo(others, ports.second)];
    await first.turn();
    await happen(3);
    await second.turn();
    expect([others.lines.length, others.isClosed]).toEqual([0, true]);
    await first.turn();
    expect(sink.lines).toHaveLength(3);
    await first.stop();
    expect(sink.isClosed).toBe(true);
    await first.turn();
    await happen(3, 3);
    await second.turn();
    expect(others.ids().sort()).toEqual(idsFrom(4, 6));
    expect(sink.lines).toHaveLength(3);
  });

  // The attack: the order of a log is lost in the SIEM, because a second process sends the same backlog.
  test('one keeps its lease while a slow receiver takes a backlog of small segments', async () => {
    const others = new FakeSink();
    const [first, second] = [feedTo(sink), feedTo(others, ports.second)];
    await first.turn();
    for (let at = 0; at < 90; at++) await happen(3, at * 3);
    const send = sink.send.bind(sink);
    sink.send = async (lines) => {
      await send(lines);
      ports.clock.advance(20_000);
      await second.turn();
    };
    await first.turn();
    expect(sink.sizes.length).toBeGreaterThan(LEASE_MS / 20_000);
    expect([others.lines.length, new Set(sink.ids()).size, sink.lines.length]).toEqual([0, 270, 270]);
  });

  test('one stops also while the store is down', async () => {
    const feed = feedTo(sink);
    await feed.turn();
    ports.store.intercept.read = () => Promise.reject(new StoreUnavailable('gone'));
    await feed.stop();
    expect(sink.isClosed).toBe(true);
  });

  test('the progress is in the store, for all to show', async () => {
    const feed = feedTo(sink);
    await feed.turn();
    await happen(3);
    ports.clock.advance(20_000);
    await feed.turn();
    await feed.stop();
    const [state] = await ports.store.getMany([feedStateDocument.key()], ports.clock.now());
    expect(state?.value).toEqual({ until: 0, caughtUpAt: ports.clock.now() });
  });
});

// SR-63. The attack on availability: a clock in doubt and a feed are a restart loop.
test('SR-63: a feed is opened while the clock is in doubt', () => {
  const now = () => {
    throw new ClockInDoubt('it was set');
  };
  expect(() => createAuditFeed({ ...ports, clock: { now } }, sink, log)).not.toThrow();
});
