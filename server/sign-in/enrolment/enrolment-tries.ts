/**
 * Wrong codes for tokens that one user was setting up, in all sign-ins. No token exists yet to count them, and a sent
 * code can be guessed. Shares the user's anchor.
 */
export interface EnrolmentTries {
  failures: number;
}

/**
 * Counts a try before verifying it, so that simultaneous sign-ins get no extra one (SR-2). Undefined: no tries are left
 * until the user sets up a token another way or is sent a link (SR-14).
 *
 * @param threshold the resource's `failedAttemptsBeforeLock`
 */
export function countEnrolmentTry(tries: EnrolmentTries | undefined, threshold: number): EnrolmentTries | undefined {
  const failures = tries?.failures ?? 0;
  return failures > threshold ? undefined : { failures: failures + 1 };
}
