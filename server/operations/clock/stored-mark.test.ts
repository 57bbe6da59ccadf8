import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';
import { capturedLog } from '../../testing/captured-log.ts';
import { sealEvents } from '../../testing/consuming.ts';
import { append, sampleEvent } from '../../testing/event-stream.ts';
import { FakeMachine } from '../../testing/fake-machine.ts';
import { type InterceptedStore, touches } from '../../testing/intercepted-store.ts';
import { openTestPorts, START, type TestPorts } from '../../testing/test-ports.ts';
import { type ClockGuard, openClockGuard } from './clock-guard.ts';
import { clockMarkDocument } from './documents.ts';

let ports: TestPorts;
let store: InterceptedStore;
let machine: FakeMachine;
beforeEach(async () => {
  ports = await openTestPorts('clock mark');
  store = ports.store;
  machine = new FakeMachine();
});
afterEach(() => ports.close());

async function open(): Promise<ClockGuard> {
  const guard = await openClockGuard({ store, random: ports.random }, { machine, log: capturedLog().log });
  guard.finishOpening();
  return guard;
}
const readMark = async () => (await store.getMany([clockMarkDocument.key()], 0))[0]?.value;

// SR-63. The attack: the first start of this version, or one after the mark was lost, with a clock that is wrong.
describe('a store without a mark', () => {
  const startOn = async (offMs: number) => {
    await append(ports, 'an anchor', [sampleEvent(0)]);
    await sealEvents(ports);
    machine.set(offMs);
    return open();
  };

  test('is not one without a past: 800 days after its last event, the clock is in doubt', async () => {
    const guard = await startOn(800 * DAY_MS);
    expect(guard.state()).toMatchObject({ isTrusted: false, reason: 'ahead', trustedAt: START });
    expect(await readMark()).toBeUndefined();
    await guard.accept();
    expect(await readMark()).toMatchObject({ settledAt: machine.wall() });
  });

  test('gets one at once, however recent the last event is', async () => {
    await startOn(SECOND_MS);
    expect(await readMark()).toMatchObject({ at: machine.wall(), settledAt: machine.wall() });
  });

  test('is in doubt before its last event', async () => {
    expect((await startOn(-2 * MINUTE_MS)).state()).toMatchObject({ isTrusted: false, reason: 'behind' });
  });

  test('needs no operator for days without an event, whose removals and fees it makes up for slowly', async () => {
    const guard = await startOn(3 * DAY_MS);
    expect(guard.now()).toBe(machine.wall());
    expect(await readMark()).toMatchObject({ at: machine.wall(), settledAt: START + HOUR_MS });
  });
});

describe('the mark', () => {
  test('is written once a minute by all processes together', async () => {
    const guards = [await open(), await open(), await open()];
    const before = store.commits.length;
    for (let turn = 0; turn < 60; turn++) {
      machine.pass(10 * SECOND_MS);
      await Promise.all(guards.map((guard) => guard.turn()));
    }
    const written = store.commits.slice(before).filter(({ outcome }) => outcome === 'committed');
    expect(written).toHaveLength(10);
    expect((await readMark())?.at).toBe(machine.wall());
  });

  // SR-63: a store that takes no writes must not let jobs run ahead.
  test('that cannot be written holds removals and fees back, and nothing else', async () => {
    const guard = await open();
    store.intercept.commit = async (change, go) => {
      if (touches(change, 'clock-mark')) throw new StoreUnavailable('the disk is full');
      return go();
    };
    for (let turn = 0; turn < 60; turn++) {
      machine.pass(MINUTE_MS);
      await guard.turn().catch(() => undefined);
    }
    expect(guard.now()).toBe(START + HOUR_MS);
    expect(guard.settled.now()).toBe(START + 2 * MINUTE_MS);
    expect((await open()).isTrusted()).toBe(true);
  });

  test('of a deployment without one is its first trusted time', async () => {
    const guard = await open();
    expect(await readMark()).toEqual({ at: START, settledAt: START, bootedAt: START - DAY_MS });
    expect(guard.settled.now()).toBe(START);
  });
});
