import { expect, test } from 'vitest';
import { FakeMachine } from '../testing/fake-machine.ts';
import { startElapsedClock } from './elapsed-clock.ts';
import { HOUR_MS } from './time.ts';

// SR-69. The attack: the machine of a command sleeps past its lease, and the monotonic clock has not seen it.
test('SR-69: the sleep of the machine counts', () => {
  const machine = new FakeMachine();
  const elapsed = startElapsedClock(machine);
  machine.pass(1000);
  expect(elapsed()).toBe(1000);
  machine.sleep(HOUR_MS);
  expect(elapsed()).toBe(HOUR_MS + 1000);
});

test('neither a clock that is set nor an uptime that lags changes it', () => {
  const machine = new FakeMachine();
  const elapsed = startElapsedClock({ monotonic: machine.monotonic, uptime: () => 0 });
  machine.set(HOUR_MS);
  machine.pass(5);
  expect(elapsed()).toBe(5);
});
