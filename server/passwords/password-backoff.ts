import { MINUTE_MS } from '../kernel/time.ts';
import type { WrongPasswords } from '../users/user.ts';

/** Wrong passwords that cost no wait: people mistype. */
export const FREE_PASSWORD_FAILURES = 5;
/** Wait after the first failure beyond the free ones; doubles with each further one. */
export const FIRST_PASSWORD_WAIT_MS = 1_000;
/** The longest wait: so soon after the last wrong password, whoever sent it, the person can try again. */
export const MAX_PASSWORD_WAIT_MS = MINUTE_MS;

/** Counts a wrong password. Whose they are, `familiar-places.ts` says. */
export function countWrongPassword(attempts: WrongPasswords | undefined, now: number): WrongPasswords {
  return {
    failures: (attempts?.failures ?? 0) + 1,
    // A clock set back must not shorten a wait that is already running.
    lastFailureAt: Math.max(attempts?.lastFailureAt ?? 0, now),
  };
}

/**
 * The count as this clock sees it. A last failure that lies ahead was counted before the clock was set back; it counts as one
 * of now, so that no wait gets longer than the longest one, and none gets shorter (SR-63).
 */
export function notAhead<W extends WrongPasswords>(attempts: W, now: number): W {
  return attempts.lastFailureAt > now ? { ...attempts, lastFailureAt: now } : attempts;
}

/** Until when no further password is evaluated, milliseconds since the epoch; 0 when none is awaited. */
export function passwordWaitUntil(attempts: WrongPasswords | undefined): number {
  if (attempts === undefined || attempts.failures <= FREE_PASSWORD_FAILURES) return 0;
  const doublings = attempts.failures - FREE_PASSWORD_FAILURES - 1;
  return attempts.lastFailureAt + Math.min(FIRST_PASSWORD_WAIT_MS * 2 ** doublings, MAX_PASSWORD_WAIT_MS);
}
