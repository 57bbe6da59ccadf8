import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frozen } from '../testing/samples.ts';
import {
  countWrongPassword,
  FREE_PASSWORD_FAILURES,
  MAX_PASSWORD_WAIT_MS,
  notAhead,
  passwordWaitUntil,
  type WrongPasswords,
} from './password-backoff.ts';

const NOW = 1_800_000_000_000;

function afterFailures(failures: number): WrongPasswords | undefined {
  let attempts: WrongPasswords | undefined;
  for (let n = 0; n < failures; n++) attempts = countWrongPassword(attempts && frozen(attempts), NOW);
  return attempts;
}

describe('the wait after wrong passwords', () => {
  test('is zero before the first', () => {
    expect(passwordWaitUntil(undefined)).toBe(0);
  });

  test.each([
    [1, 0],
    [5, 0],
    [6, 1_000],
    [7, 2_000],
    [8, 4_000],
    [11, 32_000],
    [12, 60_000],
    [13, 60_000],
    [5_000, 60_000],
  ])('after %i it is %i ms', (failures, waitMs) => {
    expect(passwordWaitUntil(afterFailures(failures))).toBe(waitMs === 0 ? 0 : NOW + waitMs);
  });

  // The attack: shorten the wait by more guesses, or while the server's clock is set back.
  test('never shrinks by another failure, nor by a clock set back, and never exceeds the cap', () => {
    const times = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(times, (offsets) => {
        let attempts: WrongPasswords | undefined;
        let latest = 0;
        for (const [index, offset] of offsets.entries()) {
          const before = passwordWaitUntil(attempts);
          attempts = countWrongPassword(attempts, NOW + offset);
          latest = Math.max(latest, NOW + offset);
          const until = passwordWaitUntil(attempts);
          expect(attempts).toEqual({ failures: index + 1, lastFailureAt: latest });
          expect(until).toBeGreaterThanOrEqual(before);
          expect(until).toBeLessThanOrEqual(latest + MAX_PASSWORD_WAIT_MS);
          expect(until > 0).toBe(index + 1 > FREE_PASSWORD_FAILURES);
        }
      }),
    );
  });

  // SR-63. A failure that was counted before the clock was set back lies ahead of it.
  test('SR-63: never exceeds the longest wait from now, however far the clock was set back, and ends', () => {
    const counts = fc.record({ failures: fc.nat(40), lastFailureAt: fc.integer({ min: 0, max: 2 * NOW }) });
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: NOW }), fc.nat(2 * MAX_PASSWORD_WAIT_MS), (stored, now, later) => {
        const seen = notAhead(frozen(stored), now);
        expect(passwordWaitUntil(seen)).toBeLessThanOrEqual(now + MAX_PASSWORD_WAIT_MS);
        expect(seen.failures).toBe(stored.failures);
        // Once stored, it no longer lies ahead: it ends on time.
        expect(notAhead(seen, now + later)).toBe(seen);
        // If no time lies ahead, nothing changes.
        if (stored.lastFailureAt <= now) expect(seen).toBe(stored);
        else if (stored.failures > FREE_PASSWORD_FAILURES) expect(passwordWaitUntil(seen)).toBeGreaterThan(now);
      }),
    );
  });
});
