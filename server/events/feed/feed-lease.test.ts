import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimLease, type FeedState, LEASE_MS, releaseLease } from './feed-lease.ts';

const instant = fc.integer({ min: 0, max: 10 * LEASE_MS });
const holder = fc.constantFrom('a', 'b', 'c');

test('of several processes one has the lease at any time, and another soon after it has ended', () => {
  const claims = fc.array(fc.tuple(fc.integer({ min: 0, max: LEASE_MS }), holder), { maxLength: 60 });
  fc.assert(
    fc.property(claims, (all) => {
      let state: FeedState = { until: 0 };
      let now = 0;
      for (const [pause, who] of all) {
        now += pause;
        const before = state;
        const claimed = claimLease(before, who, now);
        if (!claimed) {
          expect(before.holder).not.toBe(who);
          expect(before.until).toBeGreaterThan(now);
          continue;
        }
        expect(before.holder === who || before.until <= now).toBe(true);
        expect(claimed.until).toBeGreaterThan(now + 30_000);
        expect(claimed.until).toBeLessThanOrEqual(now + LEASE_MS);
        state = claimed;
      }
    }),
  );
});

// SR-63: a lease of a clock that was wrong must not stop the feed for years.
test('a lease from the far future does not count', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: 1 }), (now, more) => {
      const claimed = claimLease({ holder: 'a', until: now + LEASE_MS + more, caughtUpAt: 7 }, 'b', now);
      expect(claimed).toEqual({ holder: 'b', until: now + LEASE_MS, caughtUpAt: 7 });
    }),
  );
});

test('is not written again while most of it is left, and ends when its holder gives it back', () => {
  const state = claimLease({ until: 0, caughtUpAt: 3 }, 'a', 1000);
  expect(state && claimLease(state, 'a', 2000)).toBe(state);
  expect(state && releaseLease(state, 'b')).toBeUndefined();
  const released = state && releaseLease(state, 'a');
  expect(released).toEqual({ until: 0, caughtUpAt: 3 });
  expect(released && claimLease(released, 'b', 1000)?.holder).toBe('b');
});
