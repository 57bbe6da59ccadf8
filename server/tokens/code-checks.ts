import { HOUR_MS } from '../kernel/time.ts';

/** How long a wrong check is remembered. */
export const CHECKS_TTL_MS = 7 * 24 * HOUR_MS;
export const WRONG_CHECKS_PER_HOUR = 5;
export const WRONG_CHECKS_PER_WEEK = 20;

/**
 * The times of wrong checks of one token's codes. A separate count: it neither uses nor restores guesses of a sign-in.
 * Shares the token's anchor.
 */
export interface CodeChecks {
  /** At most {@link WRONG_CHECKS_PER_WEEK}, oldest first. */
  wrongAt: number[];
}

/**
 * The count as this clock sees it: a check in the future was counted before the clock was set back, and counts as of
 * now (SR-63). Returns the same object if there is none.
 */
export function checksAsOf(checks: CodeChecks, now: number): CodeChecks {
  return checks.wrongAt.some((at) => at > now) ? { wrongAt: checks.wrongAt.map((at) => Math.min(at, now)) } : checks;
}

/**
 * When a code of the token may be checked again; 0 if it may be now. Not even a right code shortens the wait, so that
 * knowing one code buys no guesses at the next.
 */
export function checksOpenAt(checks: CodeChecks | undefined, now: number): number {
  const wrongAt = checks?.wrongAt ?? [];
  const opensAt = Math.max(
    (wrongAt.at(-WRONG_CHECKS_PER_HOUR) ?? Number.NEGATIVE_INFINITY) + HOUR_MS,
    (wrongAt.at(-WRONG_CHECKS_PER_WEEK) ?? Number.NEGATIVE_INFINITY) + CHECKS_TTL_MS,
  );
  return opensAt > now ? opensAt : 0;
}

/** The count after a check at this time. */
export function countCheck(checks: CodeChecks | undefined, isRight: boolean, now: number): CodeChecks {
  const kept = (checks?.wrongAt ?? []).filter((at) => at > now - CHECKS_TTL_MS);
  return { wrongAt: isRight ? kept : [...kept, now].slice(-WRONG_CHECKS_PER_WEEK) };
}
