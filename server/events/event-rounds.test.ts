import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { append, sampleEvent, streamPortsOver } from '../testing/event-stream.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import type { EventConsumer } from './consume-events.ts';
import { createSignInCounter } from './count-sign-ins.ts';
import { createEventRounds } from './event-rounds.ts';

type Ports = Awaited<ReturnType<typeof streamPortsOver>>;
let ports: Ports;
let remove: () => Promise<void>;
beforeEach(async () => {
  const temporary = await openTemporaryStore();
  remove = temporary.remove;
  ports = await streamPortsOver(temporary.store, 'rounds');
});
afterEach(() => remove());

const running = () => false;
/** What the log shows, with the names of the consumers. */
const failureOf = (names: string) => ({ message: `consumers failed: ${names}`, cause: { message: 'a bug' } });
const events = (count: number) => Array.from({ length: count }, (_, at) => sampleEvent(at));
/** Remembers what it was given. */
function remember(taken: string[], name = 'memory', then = async () => {}): EventConsumer {
  return {
    name,
    async take({ parts }) {
      taken.push(...parts.flatMap((part) => part.events.map(({ id }) => id)));
      await then();
    },
  };
}

describe('a round', () => {
  test('asks the store nothing while this process appends nothing, and now and then all the same', async () => {
    const taken: string[] = [];
    const round = createEventRounds(ports, [remember(taken)]);
    await append(ports, 'thing', events(3));
    await round(running);
    expect(taken).toHaveLength(3);
    const { reads } = ports.store;
    for (let at = 0; at < 29; at++) {
      ports.clock.advance(1000);
      await round(running);
    }
    expect(ports.store.reads).toBe(reads);
    // Events of a process that was killed before it read them: this one did not see them appended (SR-33, SR-34).
    await append(ports.second, 'thing', events(2));
    ports.clock.advance(1000);
    await round(running);
    expect(taken).toHaveLength(5);
    await append(ports, 'thing', events(1));
    ports.clock.advance(1000);
    await round(running);
    expect(taken).toHaveLength(6);
  });

  test('is of one process at a time, which reads the events of all', async () => {
    const [first, second]: string[][] = [[], []];
    const rounds = [
      createEventRounds(ports, [remember(first ?? [])]),
      createEventRounds(ports.second, [remember(second ?? [])]),
    ];
    await append(ports, 'thing', events(2));
    await append(ports.second, 'other', events(2));
    for (const round of rounds) await round(running);
    expect([first, second].map((taken) => taken?.length)).toEqual([4, 0]);
    // The other one still has a reason to read, and finds that everything is read.
    ports.clock.advance(1000);
    const { reads } = ports.second.store;
    await rounds[1]?.(running);
    expect(ports.second.store.reads).toBe(reads + 1);
    expect(second).toEqual([]);
  });

  test('ends after a batch when another process has the turn, and continues later without a repeat', async () => {
    const taken: string[] = [];
    let stolen = 0;
    const steal = async () => {
      if (stolen++ > 0) return;
      ports.clock.advance(1000);
      await ports.second.store.increment('background/events', 1000, 1, ports.clock.now());
    };
    const round = createEventRounds(ports, [remember(taken, 'memory', steal)]);
    await append(ports, 'thing', events(5000));
    await round(running);
    const first = taken.length;
    expect(first).toBeLessThan(5000);
    ports.clock.advance(1000);
    await round(running);
    expect(taken).toHaveLength(5000);
    expect(new Set(taken).size).toBe(5000);
    expect(first).toBeGreaterThan(0);
  });

  test('gives the others their events while one consumer fails, which gets its own when it recovers', async () => {
    const [good, bad]: [string[], string[]] = [[], []];
    let fails = true;
    const failing = remember(bad, 'failing', async () => {
      if (!fails) return;
      bad.length = 0;
      throw new Error('a bug');
    });
    const round = createEventRounds(ports, [failing, remember(good, 'good')]);
    for (const times of [1, 2]) {
      await append(ports, 'thing', events(3));
      await expect(round(running)).rejects.toMatchObject(failureOf('failing'));
      expect(good).toHaveLength(3 * times);
      ports.clock.advance(1000);
    }
    fails = false;
    await round(running);
    expect([good, bad].map((taken) => new Set(taken).size)).toEqual([6, 6]);
    expect([good, bad].map((taken) => taken.length)).toEqual([6, 6]);
  });

  test('SR-34: gives the others a whole backlog while one consumer fails, before the streams drop it', async () => {
    const [good, calls]: [string[], string[]] = [[], []];
    const failing: EventConsumer = {
      name: 'failing',
      async take() {
        calls.push('take');
        throw new Error('a bug');
      },
    };
    const round = createEventRounds(ports, [failing, remember(good, 'good')]);
    await append(ports, 'thing', events(5000));
    await expect(round(running)).rejects.toMatchObject(failureOf('failing'));
    expect(new Set(good).size).toBe(5000);
    expect(calls).toHaveLength(1);
  });

  test('SR-34: names every consumer that failed, so that the log says if events are not sealed', async () => {
    const fail = async () => {
      throw new Error('a bug');
    };
    const round = createEventRounds(ports, [remember([], 'audit', fail), remember([], 'webhooks', fail)]);
    await append(ports, 'thing', events(1));
    await expect(round(running)).rejects.toMatchObject(failureOf('audit, webhooks'));
  });
});

test('SR-20: a backlog takes a turn of the event loop for each portion, so that requests run in between', async () => {
  let turn = 0;
  let counting = true;
  const next = () => {
    turn += 1;
    if (counting) setImmediate(next);
  };
  await append(ports, 'thing', events(6000));
  const turns: number[] = [];
  ports.store.intercept = {
    commit: (change, go) => {
      if (change.anchor.startsWith('statistics/')) turns.push(turn);
      return go();
    },
  };
  setImmediate(next);
  await createEventRounds(ports, [createSignInCounter(ports, 400)])(running);
  counting = false;
  expect(turns.length).toBeGreaterThan(10);
  expect(new Set(turns).size).toBe(turns.length);
});
