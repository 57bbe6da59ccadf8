import { expect, test, vi } from 'vitest';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { capturedLog } from '../testing/captured-log.ts';
import { startBackgroundWork } from './background-work.ts';

const always = { increment: async () => ({ count: 1, allowed: true, resetAt: 0 }) };
const clock = { now: () => 0 };
const ports = (store: object = always) => ({ store: store as never, clock });

test('work is done again and again, and never twice at once', async () => {
  let [times, atOnce, most] = [0, 0, 0];
  const working = startBackgroundWork(
    ports(),
    [
      {
        name: 'count',
        everyMs: 1,
        run: async () => {
          atOnce += 1;
          most = Math.max(most, atOnce);
          await new Promise(setImmediate);
          atOnce -= 1;
          times += 1;
        },
      },
    ],
    capturedLog().log,
  );
  await vi.waitFor(() => expect(times).toBeGreaterThan(3));
  await working.stop();
  expect(most).toBe(1);
  const afterwards = times;
  await new Promise((resolve) => setImmediate(resolve));
  expect(times).toBe(afterwards);
});

test('what fails is logged and tried again', async () => {
  const captured = capturedLog();
  let times = 0;
  const run = async () => {
    times += 1;
    if (times === 1) throw new StoreUnavailable('away for a moment');
  };
  const working = startBackgroundWork(ports(), [{ name: 'flaky', everyMs: 1, run }], captured.log);
  await vi.waitFor(() => expect(times).toBeGreaterThan(1));
  await working.stop();
  expect(captured.text()).toContain('background work failed');
});

test('stopping waits for what is under way, tells it so, and does not wait for the pause', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let told: boolean | undefined;
  let begun = false;
  const run = async (stopping: () => boolean) => {
    begun = true;
    await held;
    told = stopping();
  };
  const idle = { name: 'idle', everyMs: 3_600_000, run: async () => {} };
  const working = startBackgroundWork(ports(), [{ name: 'held', everyMs: 3_600_000, run }, idle], capturedLog().log);
  await vi.waitFor(() => expect(begun).toBe(true));
  const stopped = working.stop();
  expect(told).toBeUndefined();
  release();
  await stopped;
  expect(told).toBe(true);
});

test('whoever comes second in an interval leaves it to the first', async () => {
  let times = 0;
  const taken = { increment: vi.fn(async () => ({ count: 2, allowed: false, resetAt: 0 })) };
  const run = async () => {
    times += 1;
  };
  const working = startBackgroundWork(ports(taken), [{ name: 'seal', everyMs: 1, run }], capturedLog().log);
  await vi.waitFor(() => expect(taken.increment.mock.calls.length).toBeGreaterThan(2));
  await working.stop();
  expect(times).toBe(0);
});
