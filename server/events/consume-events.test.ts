import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store, StoredText } from '../kernel/ports/store.ts';
import { append, sampleEvent, streamPortsOver } from '../testing/event-stream.ts';
import { accountId } from '../testing/samples.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { consumeEvents, type EventBatch, type EventConsumer } from './consume-events.ts';
import { consumerDocument } from './documents.ts';

let ports: Awaited<ReturnType<typeof streamPortsOver>>;
let remove: () => Promise<void>;
beforeEach(async () => {
  const temporary = await openTemporaryStore();
  remove = temporary.remove;
  ports = await streamPortsOver(temporary.store, 'consume');
});
afterEach(() => remove());

const events = (count: number, from = 0) => Array.from({ length: count }, (_, at) => sampleEvent(from + at));

function remember(name = 'memory', more: Partial<EventConsumer> = {}): EventConsumer & { batches: EventBatch[] } {
  const batches: EventBatch[] = [];
  return { name, batches, take: async (batch) => void batches.push(batch), ...more };
}

const idsOf = ({ batches }: { batches: EventBatch[] }) =>
  batches.map(({ parts }) => parts.map((part) => part.events.map(({ id }) => id)));
const positionOf = async (name = 'memory') =>
  (await ports.store.getMany([consumerDocument.key(name)], ports.clock.now()))[0]?.value.cursors;

/** Counts reads of the log, and may answer them. */
function watchReads(answer?: () => StoredText[][]): { after: (readonly number[])[]; limits: number[] } {
  const seen = { after: [] as (readonly number[])[], limits: [] as number[] };
  const read: Store['readStreams'] = ports.store.readStreams.bind(ports.store);
  ports.store.readStreams = async (after, limit) => {
    seen.after.push([...after]);
    seen.limits.push(limit);
    return answer ? answer() : read(after, limit);
  };
  return seen;
}

describe('events', () => {
  test('are read in batches, each once, and their number is returned', async () => {
    await append(ports, 'thing', events(7));
    const consumer = remember();
    const reads = watchReads();
    expect(await consumeEvents(ports, [consumer], { batchSize: 3 })).toBe(7);
    expect(idsOf(consumer)).toEqual([[['0-1', '0-2', '0-3']], [['0-4', '0-5', '0-6']], [['0-7']]]);
    expect(reads).toEqual({ after: [[0], [3], [6]], limits: [3, 3, 3] });
    expect(await positionOf()).toEqual({ 0: 7 });
    expect(await consumeEvents(ports, [consumer], { batchSize: 3 })).toBe(0);
    await append(ports, 'thing', events(1));
    expect(await consumeEvents(ports, [consumer])).toBe(1);
    expect(idsOf(consumer).at(-1)).toEqual([['0-8']]);
  });

  test('a full batch is followed by another read, which may find nothing', async () => {
    await append(ports, 'thing', events(3));
    const reads = watchReads();
    await consumeEvents(ports, [remember()], { batchSize: 3 });
    expect(reads.after).toEqual([[0], [3]]);
  });

  test('come 4,000 at a time over all partitions, and 2,000 of one', async () => {
    const reads = watchReads();
    await consumeEvents(ports, [remember()]);
    Object.defineProperty(ports.store, 'partitions', { value: 64 });
    await consumeEvents(ports, [remember()]);
    expect(reads.limits).toEqual([2000, 63]);
    expect(reads.after[1]).toEqual(Array(64).fill(0));
  });

  test('have the text that is stored, and are sorted by account and in time', async () => {
    const all = events(6);
    await append(ports, 'thing', all);
    const consumer = remember();
    await consumeEvents(ports, [consumer]);
    const [batch] = consumer.batches;
    expect(batch?.parts).toMatchObject([{ partition: 0, upTo: 6, lost: undefined }]);
    expect(batch?.parts[0]?.events.map(({ text }) => text)).toEqual(all.map((event) => JSON.stringify(event)));
    expect(batch?.parts[0]?.events.map(({ sequence, event }) => [sequence, event])).toEqual(
      all.map((event, at) => [at + 1, event]),
    );
    const byAccount = [...(batch?.byAccount ?? [])].map(([account, of]) => [account, of.map(({ id }) => id)]);
    expect(byAccount).toEqual([
      [accountId(1), ['0-1', '0-4']],
      [accountId(2), ['0-2', '0-5']],
      [accountId(3), ['0-3', '0-6']],
    ]);
  });

  test('of several partitions are merged in time for each account', async () => {
    Object.defineProperty(ports.store, 'partitions', { value: 3 });
    const text = (at: number) => JSON.stringify({ ...sampleEvent(3), at });
    let reads = 0;
    watchReads(() =>
      reads++ > 0
        ? [[], [], []]
        : [
            [
              { sequence: 1, text: text(10) },
              { sequence: 2, text: text(30) },
            ],
            [],
            [{ sequence: 9, text: text(20) }],
          ],
    );
    const consumer = remember();
    expect(await consumeEvents(ports, [consumer], { batchSize: 6 })).toBe(3);
    // The first partition may have more than these two.
    expect(reads).toBe(2);
    expect(consumer.batches[0]?.byAccount.get(accountId(1))?.map(({ id }) => id)).toEqual(['0-1', '2-9', '0-2']);
    expect(consumer.batches[0]?.parts.map(({ partition, upTo }) => [partition, upTo])).toEqual([
      [0, 2],
      [2, 9],
    ]);
    expect(await positionOf()).toEqual({ 0: 2, 1: 0, 2: 9 });
  });

  test('SR-34: that the cap of the log dropped are named', async () => {
    const text = JSON.stringify(sampleEvent(1));
    const found = [[{ sequence: 3, text }], [{ sequence: 8, text }], [{ sequence: 9, text }], []];
    watchReads(() => [found.shift() ?? []]);
    const consumer = remember();
    await consumeEvents(ports, [consumer], { batchSize: 1 });
    expect(consumer.batches.map(({ parts }) => parts[0]?.lost)).toEqual([
      { from: 1, to: 2 },
      { from: 4, to: 7 },
      undefined,
    ]);
  });

  test('what is not an event of an account is passed over', async () => {
    const entries = ['null', '7', '"text"', '{}', '{"account":5}', JSON.stringify(sampleEvent(1))];
    const found = [entries.map((text, at) => ({ sequence: at + 1, text }))];
    watchReads(() => [found.shift() ?? []]);
    const consumer = remember();
    expect(await consumeEvents(ports, [consumer])).toBe(6);
    expect(idsOf(consumer)).toEqual([[['0-6']]]);
    expect(await positionOf()).toEqual({ 0: 6 });
  });

  test('SR-20: are parsed in portions of 200 in a turn of the event loop', async () => {
    const text = JSON.stringify(sampleEvent(1));
    const found = [Array.from({ length: 650 }, (_, at) => ({ sequence: at + 1, text }))];
    watchReads(() => [found.shift() ?? []]);
    let [turns, counting] = [0, true];
    const next = () => {
      turns += 1;
      if (counting) setImmediate(next);
    };
    const consumer = remember('memory', {
      take: async () => {
        counting = false;
      },
    });
    setImmediate(next);
    await consumeEvents(ports, [consumer]);
    expect(turns).toBeGreaterThanOrEqual(3);
  });
});

describe('consumers', () => {
  test('at the same position share a read, and others get one of their own', async () => {
    await append(ports, 'thing', events(2));
    const [first, second, late] = [remember('first'), remember('second'), remember('late')];
    const reads = watchReads();
    await consumeEvents(ports, [first, second]);
    expect(reads.after).toEqual([[0]]);
    await append(ports, 'thing', events(1));
    await consumeEvents(ports, [first, late, second]);
    expect(reads.after.slice(1)).toEqual([[2], [0]]);
    expect([first, second, late].map((one) => one.batches.length)).toEqual([2, 2, 1]);
    expect(idsOf(late)).toEqual([[['0-1', '0-2', '0-3']]]);
  });

  test('begin where they say if they have no position, and only then', async () => {
    await append(ports, 'thing', events(5));
    let starts = 0;
    const consumer = remember('memory', {
      start: async () => {
        starts += 1;
        return { 0: 3 };
      },
    });
    await consumeEvents(ports, [consumer]);
    expect(idsOf(consumer)).toEqual([[['0-4', '0-5']]]);
    await append(ports, 'thing', events(1));
    await consumeEvents(ports, [consumer]);
    expect(starts).toBe(1);
  });

  test('stop after a batch if they are told to', async () => {
    await append(ports, 'thing', events(5));
    const consumer = remember();
    expect(await consumeEvents(ports, [consumer], { batchSize: 2, stopping: () => true })).toBe(2);
    expect(await consumeEvents(ports, [consumer], { batchSize: 2, stopping: async () => false })).toBe(3);
  });

  test('that another process moved meanwhile go on from there', async () => {
    await append(ports, 'thing', events(4));
    const ahead = remember();
    const consumer = remember('memory', {
      take: async () => {
        if ((await positionOf()) === undefined) await consumeEvents(ports.second, [ahead], { batchSize: 3 });
      },
    });
    await consumeEvents(ports, [consumer], { batchSize: 2, stopping: () => true });
    expect(await positionOf()).toEqual({ 0: 4 });
    expect(ports.second.store.commits.map(({ change }) => change.once)).toEqual([true, true]);
    expect(idsOf(ahead)).toEqual([[['0-1', '0-2', '0-3']], [['0-4']]]);
  });

  test('that failed get nothing more, while the others get the rest', async () => {
    await append(ports, 'thing', events(3));
    let calls = 0;
    const failing = remember('failing', {
      take: async () => {
        calls += 1;
        throw new Error('a bug');
      },
    });
    const good = remember('good');
    await expect(consumeEvents(ports, [failing, good], { batchSize: 1 })).rejects.toThrow('consumers failed: failing');
    expect([calls, good.batches.length]).toEqual([1, 3]);
  });

  test('that fail all are reported with the first reason, and read nothing more', async () => {
    await append(ports, 'thing', events(5));
    const fail = (name: string) => remember(name, { take: () => Promise.reject(new Error(`${name} broke`)) });
    const reads = watchReads();
    await expect(consumeEvents(ports, [fail('audit'), fail('webhooks')], { batchSize: 1 })).rejects.toMatchObject({
      message: 'consumers failed: audit, webhooks',
      cause: { message: 'audit broke' },
    });
    expect(reads.after).toEqual([[0]]);
    expect(await positionOf('audit')).toBeUndefined();
  });
});
