import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Answer } from './client.ts';
import { createQueryCache } from './query-cache.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const pending: { path: string; signal: AbortSignal | undefined; answer: (answer: Answer) => Promise<void> }[] = [];
  let clock = 0;
  const get = (path: string, _: unknown, signal?: AbortSignal) =>
    new Promise<Answer>((resolve) => {
      pending.push({
        path,
        signal,
        async answer(answer) {
          resolve(answer);
          await vi.advanceTimersByTimeAsync(0);
        },
      });
    });
  const reads = createQueryCache({ get } as never, () => clock);
  const seen: unknown[] = [];
  const watch = (path: string) => reads.watch(path, () => seen.push(reads.now(path)));
  return {
    reads,
    pending,
    seen,
    watch,
    pass: (ms: number) => (clock += ms),
    asked: () => pending.map((one) => one.path),
  };
}

const done = (body: unknown, version?: string): Answer => ({ kind: 'done', body, ...(version && { version }) });

test('requests a watched path once, notifies every watcher, and keeps the version', async () => {
  const { reads, pending, seen, watch } = setUp();
  watch('resources/a');
  watch('resources/a');
  expect(pending).toHaveLength(1);
  await pending[0]?.answer(done({ name: 'Shop' }, '"1"'));
  expect(seen.at(-1)).toEqual({ body: { name: 'Shop' }, version: '"1"', isLoading: false });
  expect(reads.now('resources/a')).toEqual(seen.at(-1));
});

test('shows a cached response at once and refreshes it', async () => {
  const { reads, pending, watch, pass } = setUp();
  const stop = watch('resources');
  await pending[0]?.answer(done([1]));
  stop();
  watch('resources')();
  expect(pending).toHaveLength(1);
  pass(10_000);
  watch('resources');
  expect(reads.now('resources')).toEqual({ body: [1], isLoading: true });
  await pending[1]?.answer(done([2]));
  expect(reads.now('resources').body).toEqual([2]);
});

test('aborts a request without watchers and ignores its late response', async () => {
  const { reads, pending, watch } = setUp();
  watch('resources?search=s')();
  expect(pending[0]?.signal?.aborted).toBe(true);
  await pending[0]?.answer(done('late'));
  expect(reads.now('resources?search=s')).toEqual({ isLoading: false });
  watch('resources?search=s');
  expect(pending).toHaveLength(2);
});

test('a change refreshes what is on the screen and drops the rest below its paths', async () => {
  const { reads, pending, watch, asked } = setUp();
  watch('resources?limit=50');
  const stop = watch('resources/a');
  watch('resourceful');
  for (const one of pending) await one.answer(done(one.path));
  stop();
  reads.changed('resources');
  expect(asked().slice(3)).toEqual(['resources?limit=50']);
  expect(reads.now('resources/a').body).toBeUndefined();
  expect(reads.now('resourceful').body).toBe('resourceful');
});

test('the response to a change replaces the cached one and any pending request', async () => {
  const { reads, pending, watch } = setUp();
  watch('resources/a');
  reads.put('resources/a', { name: 'New' }, '"2"');
  await pending[0]?.answer(done({ name: 'Old' }, '"1"'));
  expect(reads.now('resources/a')).toEqual({ body: { name: 'New' }, version: '"2"', isLoading: false });
});

test('retries a busy service when it said', async () => {
  const { reads, pending, watch } = setUp();
  watch('users');
  await pending[0]?.answer({ kind: 'refused', code: 'OVERLOADED', fields: [], retryAfterMs: 2_000 });
  expect(reads.now('users').again?.leftMs()).toBe(2_000);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(pending).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  await pending[1]?.answer(done('here'));
  expect(reads.now('users')).toEqual({ body: 'here', isLoading: false });
});

test('keeps cached responses while offline, and refreshes them once online', async () => {
  const { reads, pending, watch, pass } = setUp();
  const stop = watch('users');
  await pending[0]?.answer(done('old'));
  stop();
  pass(10_000);
  watch('users');
  await pending[1]?.answer({ kind: 'lost' });
  expect(reads.now('users')).toEqual({ body: 'old', problem: { kind: 'lost' }, isLoading: false });
  reads.online();
  expect(pending).toHaveLength(3);
});

test('drops what is gone or forbidden, and everything at the end of the session', async () => {
  const { reads, pending, watch, pass } = setUp();
  watch('users/a')();
  const stop = watch('users/a');
  await pending.at(-1)?.answer(done('Ada'));
  stop();
  pass(10_000);
  watch('users/a');
  await pending.at(-1)?.answer({ kind: 'refused', code: 'USER_NOT_FOUND', fields: [] });
  expect(reads.now('users/a').body).toBeUndefined();
  reads.put('users/b', 'Bob', undefined);
  reads.clear();
  expect(reads.now('users/b')).toEqual({ isLoading: false });
});
