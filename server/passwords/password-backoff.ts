import { MINUTE_MS } from '../kernel/time.ts';

/** Wrong passwords without a wait, because users mistype. */
export const FREE_PASSWORD_FAILURES = 5;
/** Wait after the first failure beyond the free ones; doubles with each further one. */
export const FIRST_PASSWORD_WAIT_MS = 1_000;
/** The longest wait. The user can try again this long after the last wrong password, no matter who sent it. */
export const MAX_PASSWORD_WAIT_MS = MINUTE_MS;

/** Counts a wrong password. `known-networks.ts` decides to which counter it belongs. */
export function countWrongPassword(attempts: WrongPasswords | undefined, now: number): WrongPasswords {
  return {
    failures: (attempts?.failures ?? 0) + 1,
    // A clock set back must not shorten a wait that is already running.
    lastFailureAt: Math.max(attempts?.lastFailureAt ?? 0, now),
  };
}

/**
 * The count by this clock. A last failure that lies ahead was counted before the clock was set back; it counts as one
 * of now, so that no wait exceeds the longest one, and none gets shorter (SR-63).
 */
export function notAhead<W extends WrongPasswords>(attempts: W, now: number): W {
  return attempts.lastFailureAt > now ? { ...attempts, lastFailureAt: now } : attempts;
}

/** When the wait ends, in milliseconds since the epoch; 0 if there is none. */
export function passwordWaitUntil(attempts: WrongPasswords | undefined): number {
  if (attempts === undefined || attempts.failures <= FREE_PASSWORD_FAILURES) return 0;
  const doublings = attempts.failures - FREE_PASSWORD_FAILURES - 1;
  return attempts.lastFailureAt + Math.min(FIRST_PASSWORD_WAIT_MS * 2 ** doublings, MAX_PASSWORD_WAIT_MS);
}

export interface WrongPasswords {
  /** Consecutive failures. */
  failures: number;
  lastFailureAt: number;
}
