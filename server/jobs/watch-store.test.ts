import { expect, test } from 'vitest';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { capturedLog } from '../testing/captured-log.ts';
import { watchStore } from './watch-store.ts';

const GIB = 1024 ** 3;

async function watch(ms: number, freeBytes?: number) {
  const captured = capturedLog();
  let nowMs = 0;
  const check = async () => {
    nowMs += ms;
  };
  const measure = async () => ({ usedBytes: 5 * GIB, ...(freeBytes !== undefined && { freeBytes }) });
  await watchStore({ store: { check, measure } }, captured.log, () => nowMs);
  return captured.lines();
}

test('says nothing of a store that is fast and has space', async () => {
  expect(await watch(250, GIB)).toEqual([]);
  // Redis without a limit of its own.
  expect(await watch(1)).toEqual([]);
});

test('warns of a slow store with the time that a write took', async () => {
  expect(await watch(251, 9 * GIB)).toMatchObject([{ level: 'warn', ms: 251, msg: expect.stringContaining('slow') }]);
});

// SR-66: before the low-water mark stops the writes.
test('warns of a disk that is nearly full', async () => {
  const [line, ...others] = await watch(1, GIB - 1);
  expect(line).toMatchObject({ level: 'warn', usedBytes: 5 * GIB, freeBytes: GIB - 1 });
  expect(line?.msg).toBe('the store has little space left');
  expect(others).toEqual([]);
});

test('fails with the cause if the store takes no write', async () => {
  const refused = new StoreUnavailable('Redis did not confirm', { cause: new Error('NOAUTH') });
  const store = { check: () => Promise.reject(refused), measure: () => Promise.reject(refused) };
  await expect(watchStore({ store }, capturedLog().log)).rejects.toBe(refused);
});
