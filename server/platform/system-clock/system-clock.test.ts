import { describe, expect, test, vi } from 'vitest';
import { systemClock } from './system-clock.ts';

describe('system clock', () => {
  test('returns the machine time in whole milliseconds, also past 2038', () => {
    vi.useFakeTimers({ now: Date.UTC(2039, 0, 1) });
    try {
      expect(systemClock.now()).toBe(2_177_452_800_000);
    } finally {
      vi.useRealTimers();
    }
  });
});
