import { describe, expect, test } from 'vitest';
import type { Fresh } from './harness.ts';

export function counterBehaviour(fresh: Fresh): void {
  describe('increment', () => {
    test('counts within a window up to and beyond the limit, and says when it ends', async () => {
      const store = await fresh();
      const at = 60_000 * 1_000 + 5;
      const answers = [];
      for (let call = 0; call < 4; call++) answers.push(await store.increment('key', 60_000, 3, at));
      expect(answers.map(({ count }) => count)).toEqual([1, 2, 3, 4]);
      expect(answers.map(({ allowed }) => allowed)).toEqual([true, true, true, false]);
      expect(new Set(answers.map(({ resetAt }) => resetAt))).toEqual(new Set([60_000 * 1_001]));
    });

    test('begins anew with the next window, by the clock of whoever asks', async () => {
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

    test('keys and lengths of window do not share counters', async () => {
      const store = await fresh();
      await store.increment('key', 60_000, 5, 0);
      expect((await store.increment('key', 1_000, 5, 0)).count).toBe(1);
      expect((await store.increment('key2', 60_000, 5, 0)).count).toBe(1);
      expect((await store.increment('key\u0000', 60_000, 5, 0)).count).toBe(1);
      expect((await store.increment('1000 1000 key', 60_000, 5, 0)).count).toBe(1);
    });

    test('counts every one of many calls at once', async () => {
      const store = await fresh();
      const answers = await Promise.all(Array.from({ length: 50 }, () => store.increment('key', 60_000, 20, 0)));
      expect(answers.filter(({ allowed }) => allowed)).toHaveLength(20);
      expect(new Set(answers.map(({ count }) => count)).size).toBe(50);
    });
  });
}
