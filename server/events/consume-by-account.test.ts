import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AccountId } from '../kernel/ids.ts';
import { yieldToEventLoop } from '../kernel/yield-to-event-loop.ts';
import { sampleEvent, streamPortsOver } from '../testing/event-stream.ts';
import { accountId } from '../testing/samples.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { consumeByAccount } from './consume-by-account.ts';
import type { EventBatch, EventConsumer, StreamEvent } from './consume-events.ts';
import { consumerIndexes, statisticsDocument } from './documents.ts';
import type { AccountStatistics } from './statistics/day-counters.ts';

const [ONE, OTHER] = [accountId(1), accountId(2)];

let ports: Awaited<ReturnType<typeof streamPortsOver>>;
let remove: () => Promise<void>;
/** The ids of the records of each commit that was tried. */
let derived: { account: AccountId; records: readonly StreamEvent[] }[];
let atOnce: number;
let consumer: EventConsumer;
beforeEach(async () => {
  const temporary = await openTemporaryStore();
  remove = temporary.remove;
  ports = await streamPortsOver(temporary.store, 'by-account');
  derived = [];
  atOnce = 3;
  consumer = consumeByAccount<AccountStatistics>(ports, {
    name: 'memory',
    get atOnce() {
      return atOnce;
    },
    state: statisticsDocument.key,
    async derive({ account, state, records, cursors }) {
      derived.push({ account, records });
      const countedTo = (state?.countedTo ?? 0) + records.length;
      return { state: { account, cursors, countedTo, lost: [] }, write: {} };
    },
  });
});
afterEach(() => remove());

function streamEvent(account: AccountId, sequence: number, partition = 0): StreamEvent {
  const event = { ...sampleEvent(sequence), account };
  return { id: `${partition}-${sequence}`, event, partition, sequence, text: JSON.stringify(event) };
}

function batchOf(events: readonly StreamEvent[], upTo: Record<number, number>, lost?: EventBatch['parts'][0]['lost']) {
  const parts = Object.entries(upTo).map(([partition, last]) => ({
    partition: Number(partition),
    upTo: last,
    lost: Number(partition) === 0 ? lost : undefined,
    events: events.filter((event) => event.partition === Number(partition)),
  }));
  const byAccount = new Map<AccountId, StreamEvent[]>();
  for (const event of events)
    byAccount.set(event.event.account, [...(byAccount.get(event.event.account) ?? []), event]);
  return { parts, byAccount };
}

const taken = (account = ONE) =>
  derived.filter((one) => one.account === account).map(({ records }) => records.map(({ id }) => id));
const stateOf = async (account: AccountId) =>
  (await ports.store.getMany([statisticsDocument.key(account)], ports.clock.now()))[0]?.value;

describe('the records of an account', () => {
  test('are committed in portions, and the last completes the batch', async () => {
    const events = [1, 2, 3, 4, 5, 6, 7].map((sequence) => streamEvent(ONE, sequence));
    await consumer.take(batchOf(events, { 0: 9, 1: 4 }));
    expect(taken()).toEqual([['0-1', '0-2', '0-3'], ['0-4', '0-5', '0-6'], ['0-7']]);
    const changes = ports.store.commits.slice(-3).map(({ change }) => change);
    expect(changes.map(({ once }) => once)).toEqual([true, true, true]);
    const known = { index: consumerIndexes.accounts('memory'), add: { sort: ONE, id: ONE } };
    expect(changes.map(({ index }) => index)).toEqual([[known], [], []]);
    expect(await stateOf(ONE)).toMatchObject({ countedTo: 7, cursors: { 0: 9, 1: 4 } });
  });

  test('are not taken again from a batch that comes again, or that overlaps', async () => {
    const events = [1, 2, 3].map((sequence) => streamEvent(ONE, sequence));
    await consumer.take(batchOf(events, { 0: 3 }));
    await consumer.take(batchOf(events, { 0: 3 }));
    expect(taken()).toEqual([['0-1', '0-2', '0-3']]);
    await consumer.take(batchOf([...events, streamEvent(ONE, 4), streamEvent(ONE, 1, 1)], { 0: 4, 1: 1 }));
    expect(taken().slice(1)).toEqual([['0-4', '1-1']]);
  });

  test('never move a cursor back', async () => {
    await consumer.take(batchOf([streamEvent(ONE, 8)], { 0: 8 }));
    await consumer.take(batchOf([streamEvent(ONE, 1, 1)], { 0: 5, 1: 1 }));
    expect(await stateOf(ONE)).toMatchObject({ cursors: { 0: 8, 1: 1 } });
  });

  test('leave a cursor behind the portions that are committed, if the next is not', async () => {
    let commits = 0;
    ports.store.intercept = {
      commit: async (_, go) => {
        if (++commits === 2) throw new Error('killed');
        return go();
      },
    };
    const events = [1, 2, 3, 4].map((sequence) => streamEvent(ONE, sequence));
    await expect(consumer.take(batchOf(events, { 0: 9 }))).rejects.toThrow('killed');
    expect(await stateOf(ONE)).toMatchObject({ countedTo: 3, cursors: { 0: 3 } });
  });

  test('are not mixed with those of another', async () => {
    await consumer.take(batchOf([streamEvent(ONE, 1), streamEvent(OTHER, 2)], { 0: 2 }));
    expect([taken(ONE), taken(OTHER)]).toEqual([[['0-1']], [['0-2']]]);
    const known = await ports.store.range(consumerIndexes.accounts('memory'), { limit: 10 });
    expect(known.map(({ id }) => id).sort()).toEqual([ONE, OTHER].sort());
  });
});

describe('lost events', () => {
  const lost = { from: 2, to: 5 };

  // SR-34: The attack: events are lost from a log without a trace.
  test('SR-34: are recorded for every known account, before what follows', async () => {
    await consumer.take(batchOf([streamEvent(ONE, 1), streamEvent(OTHER, 1)], { 0: 1 }));
    derived = [];
    await consumer.take(batchOf([streamEvent(ONE, 6)], { 0: 6, 1: 1 }, lost));
    expect([taken(ONE), taken(OTHER)]).toEqual([[['lost-0-5', '0-6']], [['lost-0-5']]]);
    const [record] = derived[0]?.records ?? [];
    const event = {
      type: 'events.lost',
      at: ports.clock.now(),
      account: ONE,
      actor: { kind: 'service' },
      outcome: 'done',
      lost: { partition: 0, ...lost },
    };
    expect(record).toEqual({ id: 'lost-0-5', event, partition: 0, sequence: 5, text: JSON.stringify(event) });
    expect(await stateOf(OTHER)).toMatchObject({ cursors: { 0: 6, 1: 1 } });
  });

  test('are recorded once, and without those that were read', async () => {
    await consumer.take(batchOf([streamEvent(ONE, 3)], { 0: 3 }));
    await consumer.take(batchOf([], { 0: 6 }, lost));
    await consumer.take(batchOf([], { 0: 6 }, lost));
    await consumer.take(batchOf([], { 0: 7 }, { from: 4, to: 6 }));
    expect(taken().slice(1)).toEqual([['lost-0-5']]);
    expect(derived[1]?.records[0]?.event.lost).toEqual({ partition: 0, from: 4, to: 5 });
  });

  test('are recorded for more accounts than one page of the index holds', async () => {
    const page = (account: AccountId, length: number) => Array.from({ length }, () => ({ sort: account, id: account }));
    const pages = [[...page(ONE, 999), ...page(OTHER, 1)], page(OTHER, 2)];
    const asked: unknown[] = [];
    ports.store.range = async (index, options) => {
      asked.push([index, options]);
      return pages.shift() ?? [];
    };
    await consumer.take(batchOf([], { 0: 6 }, lost));
    expect([taken(ONE), taken(OTHER)]).toEqual([[['lost-0-5']], [['lost-0-5']]]);
    const index = consumerIndexes.accounts('memory');
    expect(asked).toEqual([
      [index, { limit: 1000 }],
      [index, { limit: 1000, after: { sort: OTHER, id: OTHER } }],
    ]);
  });

  test('are not looked for while nothing is lost', async () => {
    ports.store.range = () => Promise.reject(new Error('asked for all accounts'));
    await consumer.take(batchOf([streamEvent(ONE, 1)], { 0: 1 }));
    expect(taken()).toEqual([['0-1']]);
  });
});

describe('another process', () => {
  test('that commits first makes this one read again and take only the rest', async () => {
    let isFirst = true;
    ports.store.intercept = {
      commit: async (_, go) => {
        if (!isFirst) return go();
        isFirst = false;
        ports.store.intercept = {};
        await consumer.take(batchOf([streamEvent(ONE, 1)], { 0: 1 }));
        return go();
      },
    };
    await consumer.take(batchOf([streamEvent(ONE, 1), streamEvent(ONE, 2)], { 0: 2 }));
    expect(taken()).toEqual([['0-1', '0-2'], ['0-1'], ['0-2']]);
    expect(await stateOf(ONE)).toMatchObject({ countedTo: 2 });
  });

  test('that always commits first ends the work after twelve tries', async () => {
    let tries = 0;
    ports.store.intercept = {
      commit: async () => {
        tries += 1;
        return 'conflict';
      },
    };
    await expect(consumer.take(batchOf([streamEvent(ONE, 1)], { 0: 1 }))).rejects.toMatchObject({ code: 'CONTENTION' });
    expect(tries).toBe(12);
  });

  test('that now and then commits first does not end it', async () => {
    let tries = 0;
    ports.store.intercept = { commit: async (_, go) => (++tries % 12 === 0 ? go() : 'conflict') };
    atOnce = 1;
    await consumer.take(batchOf([streamEvent(ONE, 1), streamEvent(ONE, 2)], { 0: 2 }));
    expect(await stateOf(ONE)).toMatchObject({ countedTo: 2 });
  });
});

test('eight accounts at most are worked on at a time', async () => {
  let [running, most] = [0, 0];
  ports.store.intercept = {
    commit: async (_, go) => {
      most = Math.max(most, ++running);
      // An account begins in each turn of the event loop: time for many more than eight.
      for (let turn = 0; turn < 40; turn++) await yieldToEventLoop();
      running -= 1;
      return go();
    },
  };
  await consumer.take(
    batchOf(
      Array.from({ length: 30 }, (_, at) => streamEvent(accountId(at + 1), 1)),
      { 0: 1 },
    ),
  );
  expect(most).toBe(8);
});
