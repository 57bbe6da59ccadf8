import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Overloaded } from '../../kernel/ports/password-hasher.ts';
import { Permits } from './permits.ts';

interface Task {
  started: boolean;
  finish: () => void;
  fail: (error: Error) => void;
  promise: Promise<string>;
}

function start(permits: Permits): Task {
  const task: Task = { started: false, finish: () => {}, fail: () => {}, promise: Promise.resolve('') };
  const gate = new Promise<string>((resolve, reject) => {
    task.finish = () => resolve('x');
    task.fail = reject;
  });
  task.promise = permits.run(() => {
    task.started = true;
    return gate;
  });
  return task;
}

// SR-19
describe('permits', () => {
  test('run no more tasks at once than there are permits, and start waiting tasks in order', async () => {
    const permits = new Permits({ concurrency: 2, maxQueue: 10, expectedMs: 10 });
    const tasks = Array.from({ length: 5 }, () => start(permits));
    await nextTurn();
    expect(tasks.map((task) => task.started)).toEqual([true, true, false, false, false]);
    tasks[1]?.finish();
    await nextTurn();
    expect(tasks.map((task) => task.started)).toEqual([true, true, true, false, false]);
    for (const task of tasks) task.finish();
    await Promise.all(tasks.map((task) => task.promise));
    expect(tasks.every((task) => task.started)).toBe(true);
    expect(permits.running).toBe(0);
    expect(permits.queued).toBe(0);
  });

  test('refuse what the queue cannot hold, and start nothing for it', async () => {
    const permits = new Permits({ concurrency: 1, maxQueue: 2, expectedMs: 10 });
    const tasks = [start(permits), start(permits), start(permits)];
    const refused = start(permits);
    await expect(refused.promise).rejects.toBeInstanceOf(Overloaded);
    expect(refused.started).toBe(false);
    for (const task of tasks) task.finish();
    await Promise.all(tasks.map((task) => task.promise));
    const next = start(permits);
    next.finish();
    await expect(next.promise).resolves.toBe('x');
  });

  test('keep a reservation however many tasks came later, and count it in the queue', async () => {
    const permits = new Permits({ concurrency: 1, maxQueue: 1, expectedMs: 10 });
    const reserved = permits.reserve();
    const running = start(permits);
    await expect(start(permits).promise).rejects.toBeInstanceOf(Overloaded);
    running.finish();
    await expect(reserved.run(async () => 'done')).resolves.toBe('done');
    await running.promise;
    const both = [start(permits), start(permits)];
    for (const task of both) task.finish();
    await expect(Promise.all(both.map((task) => task.promise))).resolves.toHaveLength(2);
  });

  test('return a reservation once, used or not, released twice or after use', async () => {
    const permits = new Permits({ concurrency: 1, maxQueue: 1, expectedMs: 10 });
    const unused = permits.reserve();
    unused.release();
    unused.release();
    const used = permits.reserve();
    await expect(used.run(() => Promise.reject(new Error('boom')))).rejects.toThrow('boom');
    used.release();
    await expect(used.run(async () => 'again')).rejects.toThrow('one task');
    const places = [permits.reserve(), permits.reserve()];
    expect(() => permits.reserve()).toThrow(Overloaded);
    for (const place of places) place.release();
  });

  test('stay taken by the hash of a client that disconnected, until the hash ends', async () => {
    const permits = new Permits({ concurrency: 1, maxQueue: 10, expectedMs: 10 });
    const abandoned = start(permits);
    // The caller stops waiting, as when its connection closes.
    await Promise.race([abandoned.promise, Promise.resolve('gone')]);
    const next = start(permits);
    await nextTurn();
    expect(next.started).toBe(false);
    abandoned.finish();
    await nextTurn();
    expect(next.started).toBe(true);
    next.finish();
    await next.promise;
  });

  test('return after a failed task', async () => {
    const permits = new Permits({ concurrency: 1, maxQueue: 1, expectedMs: 10 });
    const failing = start(permits);
    const waiting = start(permits);
    failing.fail(new Error('boom'));
    await expect(failing.promise).rejects.toThrow('boom');
    waiting.finish();
    await expect(waiting.promise).resolves.toBe('x');
    expect(permits.running).toBe(0);
  });

  test('estimate in a refusal when the queue will be empty, from measured durations', async () => {
    let nowMs = 0;
    const permits = new Permits({ concurrency: 2, maxQueue: 98, expectedMs: 100, monotonicMs: () => nowMs });
    const tasks = Array.from({ length: 100 }, () => start(permits));
    await expect(start(permits).promise).rejects.toMatchObject({ retryAfterMs: 5000 });
    nowMs = 1700;
    tasks[0]?.finish();
    await nextTurn();
    tasks.push(start(permits));
    await expect(start(permits).promise).rejects.toMatchObject({ retryAfterMs: 10_000 });
    for (const task of tasks) task.finish();
    await Promise.all(tasks.map((task) => task.promise));
  });

  test('never exceed the bound and lose no task, in any order of completion', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.nat(12),
        fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }),
        async (concurrency, maxQueue, picks) => {
          const permits = new Permits({ concurrency, maxQueue, expectedMs: 1 });
          const open: Task[] = [];
          let accepted = 0;
          let done = 0;
          for (const pick of picks) {
            if (pick % 3 === 0 && open.length > 0) {
              const running = open.filter((task) => task.started);
              const chosen = running[pick % running.length];
              chosen?.finish();
              await chosen?.promise;
              done += 1;
              open.splice(open.indexOf(chosen ?? (open[0] as Task)), 1);
              await nextTurn();
              continue;
            }
            const task = start(permits);
            const full = open.length >= concurrency + maxQueue;
            if (full) await expect(task.promise).rejects.toBeInstanceOf(Overloaded);
            else {
              accepted += 1;
              open.push(task);
            }
            await nextTurn();
            expect(open.filter((one) => one.started).length).toBe(Math.min(concurrency, open.length));
          }
          for (const task of open) task.finish();
          done += (await Promise.all(open.map((task) => task.promise))).length;
          expect(done).toBe(accepted);
          expect(permits.running).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });
});
