import { describe, expect, test } from 'vitest';
import type { Fresh, Reopen } from './harness.ts';

const [HOUR, DAY] = [3_600_000, 86_400_000];
const NOON = DAY * 20_000 + HOUR * 12;

export function counterBehaviour(fresh: Fresh, reopen: Reopen): void {
  describe('increment', () => {
    test('counts within a window up to and beyond the limit, and returns its end', async () => {
      const store = await fresh();
      const at = 60_000 * 1_000 + 5;
      const answers = [];
      for (let call = 0; call < 4; call++) answers.push(await store.increment('key', 60_000, 3, at));
      expect(answers.map(({ count }) => count)).toEqual([1, 2, 3, 4]);
      expect(answers.map(({ allowed }) => allowed)).toEqual([true, true, true, false]);
      expect(new Set(answers.map(({ resetAt }) => resetAt))).toEqual(new Set([60_000 * 1_001]));
    });

    test('restarts with the next window, by the caller’s clock', async () => {
      const store = await fresh();
      const window = 60_000;
      await store.increment('key', window, 1, window * 7 - 1);
      expect(await store.increment('key', window, 1, window * 7)).toEqual({
        count: 1,
        allowed: true,
        resetAt: window * 8,
      });
      expect(await store.increment('key', window, 1, window * 7 - 1)).toMatchObject({ count: 2, allowed: false });
    });

    test('separates keys and window lengths', async () => {
      const store = await fresh();
      await store.increment('key', 60_000, 5, 0);
      expect((await store.increment('key', 1_000, 5, 0)).count).toBe(1);
      expect((await store.increment('key2', 60_000, 5, 0)).count).toBe(1);
      expect((await store.increment('key\u0000', 60_000, 5, 0)).count).toBe(1);
      expect((await store.increment('1000 1000 key', 60_000, 5, 0)).count).toBe(1);
    });

    test('counts every concurrent call', async () => {
      const store = await fresh();
      const answers = await Promise.all(Array.from({ length: 50 }, () => store.increment('key', 60_000, 20, 0)));
      expect(answers.filter(({ allowed }) => allowed)).toHaveLength(20);
      expect(new Set(answers.map(({ count }) => count)).size).toBe(50);
    });

    // The attack: after reaching the daily limit of codes to a phone, the attacker waits for an update of the service.
    test('SR-48: a restart does not reset a limit', async () => {
      const store = await fresh();
      for (let call = 0; call < 3; call++) await store.increment('of a day', DAY, 3, NOON);
      await store.increment('of an hour', HOUR, 1, NOON);
      const again = await reopen(store);
      expect(await again.increment('of a day', DAY, 3, NOON)).toEqual({
        count: 4,
        allowed: false,
        resetAt: NOON + HOUR * 12,
      });
      expect(await again.increment('of an hour', HOUR, 1, NOON)).toMatchObject({ count: 2, allowed: false });
      const third = await reopen(again);
      expect(await third.increment('of a day', DAY, 9, NOON)).toMatchObject({ count: 5, allowed: true });
    });

    test('ends a window and separates keys and windows after a restart as before it', async () => {
      const store = await fresh();
      const long = 'a long key '.repeat(200);
      for (const key of ['key', 'key\u0000', 'ключ', long]) await store.increment(key, HOUR, 1, NOON);
      await store.increment(`${long}2`, HOUR, 1, NOON);
      await store.increment('key', DAY, 1, NOON);
      const again = await reopen(store);
      for (const key of ['key', 'key\u0000', 'ключ', long]) {
        expect((await again.increment(key, HOUR, 1, NOON)).count).toBe(2);
      }
      expect((await again.increment('key\u0000\u0000', HOUR, 1, NOON)).count).toBe(1);
      expect((await again.increment('key', DAY, 1, NOON)).count).toBe(2);
      expect((await again.increment('key', HOUR, 1, NOON + HOUR)).count).toBe(1);
    });

    test('SR-48: a clock that jumps and returns does not reset a limit, even with a restart in between', async () => {
      const store = await fresh();
      await store.increment('key', DAY, 1, NOON);
      expect((await store.increment('key', DAY, 1, NOON + 90 * DAY)).count).toBe(1);
      const ahead = await reopen(store);
      expect((await ahead.increment('key', DAY, 1, NOON - 90 * DAY)).count).toBe(1);
      const back = await reopen(ahead);
      expect((await back.increment('key', DAY, 1, NOON)).count).toBe(2);
    });
  });
}
