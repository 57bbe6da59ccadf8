import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { capturedLog } from '../testing/captured-log.ts';
import { startScheduler } from './scheduler.ts';

const always = { increment: async () => ({ count: 1, allowed: true, resetAt: 0 }) };
const clock = { now: () => 0 };
const ports = (store: object = always) => ({ store: store as never, clock });

test('repeats a job and never runs it twice at once', async () => {
  let [times, atOnce, most] = [0, 0, 0];
  const scheduler = startScheduler(
    ports(),
    [
      {
        name: 'count',
        everyMs: 1,
        processes: 'one',
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
  await expect.poll(() => times).toBeGreaterThan(3);
  await scheduler.stop();
  expect(most).toBe(1);
  const afterwards = times;
  await new Promise((resolve) => setImmediate(resolve));
  expect(times).toBe(afterwards);
});

test('many jobs are no leak that Node would warn of', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const job = { everyMs: 60_000, processes: 'every', run: async () => {} } as const;
  const jobs = Array.from({ length: 20 }, (_, at) => ({ ...job, name: `job-${at}` }));
  const scheduler = startScheduler(ports(), jobs, capturedLog().log);
  await new Promise((resolve) => setImmediate(resolve));
  await scheduler.stop();
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});

test('logs a failure and tries again', async () => {
  const captured = capturedLog();
  let times = 0;
  const run = async () => {
    times += 1;
    if (times === 1) throw new StoreUnavailable('away for a moment');
  };
  const scheduler = startScheduler(ports(), [{ name: 'flaky', everyMs: 1, processes: 'one', run }], captured.log);
  await expect.poll(() => times).toBeGreaterThan(1);
  await scheduler.stop();
  expect(captured.text()).toContain('background work failed');
});

test('logs a failure as a warning unless the job sets another level', async () => {
  const captured = capturedLog();
  const failing = { everyMs: 3_600_000, processes: 'every', run: () => Promise.reject(new Error('broken')) } as const;
  const jobs = [
    { ...failing, name: 'minor' },
    { ...failing, name: 'major', failureLevel: 'error' },
  ] as const;
  const scheduler = startScheduler(ports(), jobs, captured.log);
  await expect.poll(() => captured.lines()).toHaveLength(2);
  await scheduler.stop();
  expect(captured.lines()).toMatchObject([
    { work: 'minor', level: 'warn' },
    { work: 'major', level: 'error' },
  ]);
});

test('waits on stop for a running job, signals it, and skips the pause', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let wasStopping: boolean | undefined;
  let started = false;
  const run = async (stopping: () => boolean) => {
    started = true;
    await held;
    wasStopping = stopping();
  };
  const idle = { name: 'idle', everyMs: 3_600_000, processes: 'one', run: async () => {} } as const;
  const scheduler = startScheduler(
    ports(),
    [{ name: 'held', everyMs: 3_600_000, processes: 'one', run }, idle],
    capturedLog().log,
  );
  await expect.poll(() => started).toBe(true);
  const stopped = scheduler.stop();
  expect(wasStopping).toBeUndefined();
  release();
  await stopped;
  expect(wasStopping).toBe(true);
});

test('leaves the job to the first process in an interval', async () => {
  let times = 0;
  const taken = { increment: vi.fn(async () => ({ count: 2, allowed: false, resetAt: 0 })) };
  const run = async () => {
    times += 1;
  };
  const scheduler = startScheduler(
    ports(taken),
    [{ name: 'seal', everyMs: 1, processes: 'one', run }],
    capturedLog().log,
  );
  await expect.poll(() => taken.increment.mock.calls.length).toBeGreaterThan(2);
  await scheduler.stop();
  expect(times).toBe(0);
});

describe('in every process', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('runs a job at once and after each pause, also after a failure, and not after the stop', async () => {
    const captured = capturedLog();
    let runs = 0;
    const run = async () => {
      runs += 1;
      if (runs === 2) throw new Error('once');
    };
    const scheduler = startScheduler(
      ports(),
      [{ name: 'count', everyMs: 1_000, processes: 'every', run }],
      captured.log,
    );
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(runs).toBe(3);
    expect(captured.text().match(/background work failed/g)).toHaveLength(1);
    expect(captured.text()).toContain('once');
    await scheduler.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(runs).toBe(3);
  });

  test('does not overlap a long run, and a stop waits for it', async () => {
    let finish = () => {};
    let runs = 0;
    const run = () => {
      runs += 1;
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    };
    const scheduler = startScheduler(
      ports(),
      [{ name: 'slow', everyMs: 10, processes: 'every', run }],
      capturedLog().log,
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect(runs).toBe(1);
    let stopped = false;
    const stopping = scheduler.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(stopped).toBe(false);
    finish();
    await stopping;
  });
});
