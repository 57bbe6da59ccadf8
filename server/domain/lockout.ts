import type { Token, TokenState } from './token.ts';

/** The rules a success is judged by, from the resource used and the user, if one is involved. */
export interface ResetRules {
  /** `failedAttemptsBeforeLock` of the resource. */
  threshold: number;
  userBlocked: boolean;
}

/**
 * What a token is to authentication at this moment. The order matters, because a deactivated token lets its owner in by
 * password alone: a lock or an expiry must not be lifted by deactivating, so both win over it.
 */
export function tokenState(
  token: Pick<Token, 'enabled' | 'lock' | 'expiresAt' | 'needsResync'>,
  now: number,
): TokenState {
  if (token.lock) return 'locked';
  if (token.expiresAt !== undefined && !(now < token.expiresAt)) return 'expired';
  if (!token.enabled) return 'deactivated';
  return token.needsResync ? 'out-of-step' : 'active';
}

/**
 * Counts a wrong code, once per attempt; a token whose failures exceed the threshold is locked (SR-14, SR-15, SR-16).
 * A token that is locked already stays as it is: its codes are not evaluated, so there is nothing to count.
 */
export function countWrongOtp(token: Token, input: { threshold: number; attempt: string; now: number }): Token {
  if (token.lock || token.lastCountedAttempt === input.attempt) return token;
  const failures = token.failures + 1;
  const counted: Token = { ...token, failures, lastCountedAttempt: input.attempt };
  return withinLimit(failures, input.threshold)
    ? counted
    : { ...counted, lock: { reason: 'otp-failures', at: input.now } };
}

/**
 * Uses up the moving factor of an accepted code and everything before it (RFC 4226 section 7.2, RFC 6238 section 5.2),
 * and forgives earlier failures where the rules allow.
 *
 * @throws RangeError if the counter would not grow: a code would be accepted twice (SR-8)
 */
export function acceptOtp(token: Token, input: ResetRules & { counter: number }): Token {
  const nextCounter = input.counter + 1;
  if (!Number.isSafeInteger(nextCounter) || input.counter < token.nextCounter) {
    throw new RangeError('the moving factor of a token only grows');
  }
  return forgiveFailures({ ...token, nextCounter }, input);
}

/**
 * Failures reset by a success, of this token or of another of the same assignment: only if the token is not locked, has not
 * exceeded the limit of this resource, and the user is not blocked (SR-14).
 */
export function forgiveFailures(token: Token, rules: ResetRules): Token {
  if (token.failures === 0 || token.lock || rules.userBlocked || !withinLimit(token.failures, rules.threshold)) {
    return token;
  }
  return { ...token, failures: 0 };
}

/** An administrator's explicit act: lifts the lock and zeroes the counter. */
export function unlockToken(token: Token): Token {
  const { lock: _lifted, ...unlocked } = token;
  return { ...unlocked, failures: 0 };
}

/** Locks by an administrator's hand. A lock that is there already keeps its reason and its time. */
export function lockToken(token: Token, now: number): Token {
  return token.lock ? token : { ...token, lock: { reason: 'administrator', at: now } };
}

/** Written so that a threshold that is no number is exceeded at once. */
function withinLimit(failures: number, threshold: number): boolean {
  return failures <= threshold;
}
