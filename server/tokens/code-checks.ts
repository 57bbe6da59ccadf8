import { HOUR_MS } from '../kernel/time.ts';
/** A wrong check is remembered so long. */
export const CHECKS_KEPT_MS = 7 * 24 * HOUR_MS;
export const WRONG_CHECKS_PER_HOUR = 5;
export const WRONG_CHECKS_PER_WEEK = 20;

/**
 * When codes of one token were checked that were not right. A count of its own: it takes no guess from a sign-in and gives
 * none back. Shares the token's anchor.
 */
export interface CodeChecks {
  /** At most {@link WRONG_CHECKS_PER_WEEK}, oldest first. */
  wrongAt: number[];
}

/**
 * The count as this clock sees it: what lies ahead was counted before the clock was set back, and counts as of now (SR-63). The
 * same object where nothing lies ahead.
 */
export function checksAsOf(checks: CodeChecks, now: number): CodeChecks {
  return checks.wrongAt.some((at) => at > now) ? { wrongAt: checks.wrongAt.map((at) => Math.min(at, now)) } : checks;
}

/**
 * From when on a code of the token may be checked; 0 where it may be now. Neither a right code nor anything else opens it
 * sooner, so that nobody who has one code buys guesses at the next.
 */
export function checksOpenAt(checks: CodeChecks | undefined, now: number): number {
  const wrongAt = checks?.wrongAt ?? [];
  const opensAt = Math.max(
    (wrongAt.at(-WRONG_CHECKS_PER_HOUR) ?? Number.NEGATIVE_INFINITY) + HOUR_MS,
    (wrongAt.at(-WRONG_CHECKS_PER_WEEK) ?? Number.NEGATIVE_INFINITY) + CHECKS_KEPT_MS,
  );
  return opensAt > now ? opensAt : 0;
}

/** The count after a check at this time. */
export function countCheck(checks: CodeChecks | undefined, isRight: boolean, now: number): CodeChecks {
  const kept = (checks?.wrongAt ?? []).filter((at) => at > now - CHECKS_KEPT_MS);
  return { wrongAt: isRight ? kept : [...kept, now].slice(-WRONG_CHECKS_PER_WEEK) };
}
