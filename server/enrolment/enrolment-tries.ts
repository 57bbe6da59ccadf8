/**
 * Wrong codes of tokens that one person was setting up, whatever the sign-in. There is no token yet that could count them,
 * and a code that was sent can be guessed. Shares the user's anchor.
 */
export interface EnrolmentTries {
  failures: number;
}

/**
 * Counts a try before it is judged, so that no number of sign-ins at once has one more (SR-2). Undefined: there is none left
 * until the person has set up a token in another way, or is sent a link (SR-14).
 *
 * @param threshold the resource's `failedAttemptsBeforeLock`
 */
export function tryOnceMore(tries: EnrolmentTries | undefined, threshold: number): EnrolmentTries | undefined {
  const failures = tries?.failures ?? 0;
  return failures > threshold ? undefined : { failures: failures + 1 };
}
