import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClockInDoubt } from '../../kernel/ports/clock.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';
import { type CapturedLog, capturedLog } from '../../testing/captured-log.ts';
import { FakeMachine } from '../../testing/fake-machine.ts';
import type { InterceptedStore } from '../../testing/intercepted-store.ts';
import { openTestPorts, START, type TestPorts } from '../../testing/test-ports.ts';
import { type ClockGuard, openClockGuard } from './clock-guard.ts';
import { clockMarkDocument } from './documents.ts';

let ports: TestPorts;
let store: InterceptedStore;
let log: CapturedLog;
let machine: FakeMachine;
beforeEach(async () => {
  ports = await openTestPorts('clock');
  store = ports.store;
  log = capturedLog();
  machine = new FakeMachine();
});
afterEach(() => ports.close());

const open = (of = machine, isDemo = false): Promise<ClockGuard> =>
  openClockGuard({ store, random: ports.random }, { machine: of, log: log.log, isDemo }).then((guard) => {
    guard.finishOpening();
    return guard;
  });
/** Gives the store a server with this clock. */
function serverClock(clock: FakeMachine, isElsewhere: boolean): void {
  store.intercept.clocks = () => [{ now: clock.wall(), isElsewhere }];
}
const readMark = async () => (await store.getMany([clockMarkDocument.key()], 0))[0]?.value;
const errors = () => log.lines().filter(({ level }) => level === 'error');

/** Time passes, with a turn of the guard every ten seconds. */
async function run(guard: ClockGuard, ms: number, also: readonly FakeMachine[] = []): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10 * SECOND_MS) {
    for (const one of [machine, ...also]) one.pass(10 * SECOND_MS);
    await guard.turn();
  }
}

// SR-63
describe('a clock that is wrong at the start', () => {
  test('800 days ahead: there is no time, and the mark stays', async () => {
    await open();
    const before = await readMark();
    machine.reboot(800 * DAY_MS);
    const guard = await open();
    expect(() => guard.now()).toThrow(ClockInDoubt);
    expect(() => guard.settled.now()).toThrow('2029-03-25T08:00:00.000Z, and not 2027-01-15T08:00:00.000Z');
    expect(guard.isTrusted()).toBe(false);
    await run(guard, 2 * HOUR_MS);
    expect(guard.isTrusted()).toBe(false);
    expect(await readMark()).toEqual(before);
    expect(errors()).toMatchObject([{ reason: 'ahead', offMs: 800 * DAY_MS, now: '2029-03-25T08:00:00.000Z' }]);
  });

  test('set while the service was stopped and the machine was not: no uptime vouches for it', async () => {
    await open();
    machine.set(800 * DAY_MS);
    expect((await open()).isTrusted()).toBe(false);
  });

  test('set back: what has expired since would be valid again', async () => {
    const first = await open();
    await run(first, 10 * MINUTE_MS);
    machine.set(-5 * MINUTE_MS);
    const guard = await open();
    expect(() => guard.now()).toThrow('earlier than a time that was trusted before');
    await run(guard, 4 * MINUTE_MS);
    expect(guard.isTrusted()).toBe(true);
  });

  test('of a backup from the future: an operator decides', async () => {
    const future = new FakeMachine();
    future.set(30 * DAY_MS);
    await open(future);
    const guard = await open();
    expect(guard.state()).toMatchObject({
      isTrusted: false,
      reason: 'behind',
      at: START,
      trustedAt: START + 30 * DAY_MS,
    });
    await guard.accept();
    expect(guard.now()).toBe(START);
  });

  test('while the service opens, its time is the earliest of those compared', async () => {
    await open();
    machine.reboot(800 * DAY_MS);
    const guard = await openClockGuard({ store, random: ports.random }, { machine, log: log.log });
    expect(guard.now()).toBe(START);
    expect(guard.isTrusted()).toBe(false);
    guard.finishOpening();
    expect(() => guard.now()).toThrow(ClockInDoubt);
  });

  test('is trusted as soon as it is set right', async () => {
    await open();
    machine.reboot(800 * DAY_MS);
    const guard = await open();
    machine.set(-800 * DAY_MS);
    expect(guard.isTrusted()).toBe(false);
    await run(guard, 10 * SECOND_MS);
    expect(guard.now()).toBe(machine.wall());
  });
});

// SR-63
describe('a clock that leaps while the service runs', () => {
  test.each([
    ['forward by 800 days', 800 * DAY_MS],
    ['forward by six seconds', 6 * SECOND_MS],
    ['back by six seconds', -6 * SECOND_MS],
    ['back by a year', -365 * DAY_MS],
  ])('%s: the next reading is refused, before any turn', async (_, ms) => {
    const guard = await open();
    machine.pass(SECOND_MS);
    machine.set(ms);
    expect(() => guard.now()).toThrow(ClockInDoubt);
    expect(() => guard.now()).toThrow(ClockInDoubt);
    expect(errors()).toHaveLength(1);
    expect(errors()).toMatchObject([{ reason: 'leapt', offMs: ms }]);
  });

  test('and is found by a turn if no request asks for the time', async () => {
    const guard = await open();
    machine.set(2 * HOUR_MS);
    await guard.turn();
    expect(guard.state()).toMatchObject({ isTrusted: false, reason: 'leapt' });
  });

  test('800 days forward stays in doubt, and back is trusted at the next turn', async () => {
    const guard = await open();
    machine.set(800 * DAY_MS);
    await run(guard, 2 * HOUR_MS);
    expect(guard.isTrusted()).toBe(false);
    expect((await readMark())?.at).toBe(START);
    machine.set(-800 * DAY_MS);
    await guard.turn();
    expect(guard.now()).toBe(machine.wall());
  });

  test('by some minutes, as after a paused machine, is trusted once it runs evenly for a minute', async () => {
    const guard = await open();
    machine.set(20 * MINUTE_MS);
    await run(guard, 50 * SECOND_MS);
    expect(guard.isTrusted()).toBe(false);
    machine.set(10 * SECOND_MS);
    await run(guard, MINUTE_MS);
    expect(guard.isTrusted()).toBe(false);
    await run(guard, 10 * SECOND_MS);
    expect(guard.now()).toBe(machine.wall());
  });

  // The attack: a time server that moves the clock by an hour, again and again, until the audit trail is old.
  test('by minutes many times is trusted for an hour a day in all', async () => {
    const guard = await open();
    const leapAndWait = async () => {
      machine.set(40 * MINUTE_MS);
      await run(guard, 2 * MINUTE_MS);
      return guard.isTrusted();
    };
    expect(await leapAndWait()).toBe(true);
    expect(await leapAndWait()).toBe(false);
    machine.set(-40 * MINUTE_MS);
    await run(guard, DAY_MS);
    expect(await leapAndWait()).toBe(true);
  });

  test('by hours, soon after the start of a machine without a clock of its own, is the end of a stop', async () => {
    await open();
    machine.reboot(0);
    const guard = await open();
    await run(guard, 30 * SECOND_MS);
    machine.set(3 * HOUR_MS);
    await run(guard, MINUTE_MS + 10 * SECOND_MS);
    expect(guard.now()).toBe(machine.wall());
    machine.set(5 * DAY_MS);
    await run(guard, 2 * MINUTE_MS);
    expect(guard.state()).toMatchObject({ isTrusted: false, reason: 'ahead' });
    machine.set(-5 * DAY_MS);
    machine.set(3 * HOUR_MS);
    await run(guard, 30 * MINUTE_MS);
    expect(guard.state()).toMatchObject({ isTrusted: false, reason: 'leapt' });
  });

  test('many steps, each too small to be noticed, add up to five seconds an hour and no more', async () => {
    const guard = await open();
    let stepped = 0;
    while (guard.isTrusted() && stepped < 100) {
      machine.set(SECOND_MS);
      stepped += 1;
      if (guard.isTrusted()) await run(guard, MINUTE_MS);
    }
    expect(stepped).toBe(6);
  });

  test('small corrections of a synchronised clock over days disturb nothing', async () => {
    const guard = await open();
    for (let hour = 0; hour < 72; hour++) {
      machine.set(hour % 2 === 0 ? 900 : -1900);
      machine.pass(HOUR_MS);
      await guard.turn();
      expect(guard.now()).toBe(machine.wall());
    }
    expect(errors()).toEqual([]);
  });

  test('the sleep of a laptop is none: the time since its start says so', async () => {
    const guard = await open();
    machine.sleep(14 * HOUR_MS);
    expect(guard.now()).toBe(machine.wall());
    await guard.turn();
    machine.sleep(30 * DAY_MS);
    await guard.turn();
    expect(guard.now()).toBe(machine.wall());
    machine.set(HOUR_MS);
    expect(() => guard.now()).toThrow(ClockInDoubt);
  });
});

// SR-63
describe('a stop', () => {
  test('of a long weekend, with a new start of the machine, needs no operator', async () => {
    await open();
    machine.reboot(4 * DAY_MS - MINUTE_MS);
    expect((await open()).isTrusted()).toBe(true);
  });

  test('of three months on a machine that kept running needs none: its uptime vouches for it', async () => {
    await open();
    machine.pass(90 * DAY_MS);
    expect((await open()).isTrusted()).toBe(true);
  });

  test('of three months needs none if a store elsewhere has the same time', async () => {
    serverClock(machine, true);
    await open();
    machine.reboot(90 * DAY_MS);
    expect((await open()).isTrusted()).toBe(true);
  });

  test('of three months does if the store is on the same machine: its clock is the same', async () => {
    serverClock(machine, false);
    await open();
    machine.reboot(90 * DAY_MS);
    const guard = await open();
    expect(guard.state()).toMatchObject({ isTrusted: false, reason: 'ahead' });
    expect(await guard.accept()).toBeUndefined();
    expect(guard.isTrusted()).toBe(true);
    expect(await readMark()).toMatchObject({ at: machine.wall(), settledAt: machine.wall() });
    expect((await open()).isTrusted()).toBe(true);
  });

  test('after one, removals and fees go on by an hour a minute, also over the next start', async () => {
    await open();
    machine.pass(90 * DAY_MS);
    let guard = await open();
    expect(guard.now() - guard.settled.now()).toBe(90 * DAY_MS - HOUR_MS - 2 * MINUTE_MS);
    await run(guard, 10 * MINUTE_MS);
    expect(guard.settled.now()).toBe(START + 11 * HOUR_MS + 2 * MINUTE_MS);
    guard = await open();
    expect(guard.settled.now()).toBe(START + 11 * HOUR_MS + 2 * MINUTE_MS);
    await guard.accept();
    expect(guard.settled.now()).toBe(machine.wall());
  });

  test('in a demo needs none: it takes the clock as it is', async () => {
    await open();
    machine.reboot(800 * DAY_MS);
    const guard = await open(machine, true);
    expect(guard.isTrusted()).toBe(true);
    expect(errors()).toEqual([]);
    machine.set(2 * DAY_MS);
    expect(guard.isTrusted()).toBe(false);
    await guard.turn();
    expect(guard.isTrusted()).toBe(true);
  });
});

// SR-63
describe('several processes', () => {
  test('of two, only the one with the wrong clock is in doubt', async () => {
    const right = new FakeMachine();
    serverClock(right, true);
    const wrong = machine;
    wrong.set(800 * DAY_MS);
    const [one, other] = [await open(right), await open(wrong)];
    for (let turn = 0; turn < 100; turn++) {
      for (const each of [right, wrong]) each.pass(10 * SECOND_MS);
      await Promise.all([one.turn(), other.turn()]);
      expect([one.isTrusted(), other.isTrusted()]).toEqual([true, false]);
    }
    expect(errors()).toMatchObject([{ reason: 'differs', offMs: 800 * DAY_MS }]);
    expect((await readMark())?.at).toBeLessThanOrEqual(right.wall());
  });

  test('a clock that slowly drifts away from the store is in doubt before codes go wrong by a step', async () => {
    const server = new FakeMachine();
    serverClock(server, true);
    const guard = await open();
    // Slewed: wall and monotonic clock go alike, so that only the other clock shows it.
    let drift = 0;
    while (guard.isTrusted() && drift < 100 * SECOND_MS) {
      machine.pass(MINUTE_MS + SECOND_MS);
      server.pass(MINUTE_MS);
      drift += SECOND_MS;
      await guard.turn();
    }
    expect(drift).toBe(31 * SECOND_MS);
    expect(guard.state()).toMatchObject({ reason: 'differs' });
  });

  test('the mark of a running process vouches for another that starts', async () => {
    const one = await open();
    const other = new FakeMachine();
    other.reboot(0);
    await run(one, HOUR_MS, [other]);
    expect((await open(other)).isTrusted()).toBe(true);
  });

  test('an operator accepts no clock that differs from the store’s', async () => {
    serverClock(new FakeMachine(), false);
    machine.set(DAY_MS);
    const guard = await open();
    expect(await guard.accept()).toMatchObject({ reason: 'differs' });
    expect(guard.isTrusted()).toBe(false);
    expect(await readMark()).toBeUndefined();
  });
});
