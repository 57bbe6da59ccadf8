import type { TokenState } from '@countersign/protocol/tokens';
import { DAY_MS } from '../kernel/time.ts';
import type { Token } from './token.ts';

/** How long a deactivation permits its owner to set up another token in place of the lost one. */
export const REPLACEMENT_TTL_MS = 7 * DAY_MS;

/** The rules for a success, from the resources that accept the token and the user, if one is involved. */
export interface ResetRules {
  /** Of these resources, the {@link lowestThreshold}. */
  threshold: number;
  userBlocked: boolean;
}

type StateFacts = Pick<Token, 'enabled' | 'lock' | 'expiresAt' | 'needsResync' | 'secretLost'>;

/**
 * The state of a token for authentication now. Deactivation wins: a deactivated token takes no part, even if it is
 * locked or has expired. That is safe because only administrators deactivate.
 */
export function tokenState(token: StateFacts, now: number): TokenState {
  return token.enabled ? stateOnceEnabled(token, now) : 'deactivated';
}

/**
 * The state of the token, or its state once it is enabled again: a lock outlasts a deactivation, and so does an expiry.
 */
export function stateOnceEnabled(token: Omit<StateFacts, 'enabled'>, now: number): Exclude<TokenState, 'deactivated'> {
  if (token.secretLost) return 'secret-lost';
  if (token.lock) return 'locked';
  if (token.expiresAt !== undefined && !(now < token.expiresAt)) return 'expired';
  return token.needsResync ? 'out-of-step' : 'active';
}

export type LockRefusal = 'TOKEN_LOCKED' | 'TOKEN_LOCKED_BY_ADMINISTRATOR';

/** Says who locked it: wrong codes, also those of a resynchronisation, or an administrator. */
export function lockRefusal(tokens: readonly Pick<Token, 'lock'>[]): LockRefusal {
  return tokens.some(isLockedByAdministrator) ? 'TOKEN_LOCKED_BY_ADMINISTRATOR' : 'TOKEN_LOCKED';
}

export function isLockedByAdministrator({ lock }: Pick<Token, 'lock'>): boolean {
  return lock?.reason === 'administrator';
}

/** Whether the token is locked by wrong codes, and could be used if it was not. */
export function isLockedByCodesAlone(token: StateFacts, now: number): boolean {
  if (tokenState(token, now) !== 'locked' || isLockedByAdministrator(token)) return false;
  const { lock: _lifted, ...unlocked } = token;
  return tokenState(unlocked, now) === 'active';
}

/** The refusal code of a token in that state: only states that its owner can have fixed are distinguished. */
export function stateRefusal(
  state: TokenState,
  token: Pick<Token, 'lock'>,
): LockRefusal | 'TOKEN_OUT_OF_STEP' | 'ACCESS_DENIED' {
  if (state === 'out-of-step') return 'TOKEN_OUT_OF_STEP';
  return state === 'locked' ? lockRefusal([token]) : 'ACCESS_DENIED';
}

/**
 * The allowed number of consecutive wrong codes of a token: the lowest limit of all resources that accept it, whichever
 * is used, so that a less strict one gives no guesses at another (SR-67).
 *
 * @param used of the resource in use
 * @param others of the other resources that accept the token
 */
export function lowestThreshold(used: number, others: readonly number[]): number {
  return Math.min(used, ...others);
}

/**
 * Counts a wrong code, once per attempt; locks a token whose failures exceed the threshold (SR-14, SR-15, SR-16). A
 * locked token does not change: its codes are not evaluated, so there is nothing to count.
 */
export function countWrongAnswer<T extends Token>(
  token: T,
  input: { threshold: number; attempt: string; now: number },
): T {
  if (token.lock || token.lastCountedAttempt === input.attempt) return token;
  const failures = token.failures + 1;
  const counted: T = { ...token, failures, lastCountedAttempt: input.attempt };
  return withinLimit(failures, input.threshold)
    ? counted
    : { ...counted, lock: { reason: 'otp-failures', at: input.now } };
}

/**
 * Uses up the moving factor of an accepted code and every earlier one (RFC 4226 section 7.2, RFC 6238 section 5.2).
 *
 * @throws RangeError if the counter would not grow: a code would be accepted twice (SR-8)
 */
export function advanceCounter<T extends Token>(token: T, counter: number): T {
  const nextCounter = counter + 1;
  if (!Number.isSafeInteger(nextCounter) || counter < token.nextCounter) {
    throw new RangeError('the moving factor of a token only grows');
  }
  return { ...token, nextCounter };
}

/**
 * Resets failures after a success of this token or of another of the same assignment: only if the token is not locked,
 * has not exceeded its limit, and the user is not blocked (SR-14).
 */
export function resetFailures<T extends Token>(token: T, rules: ResetRules): T {
  if (token.failures === 0 || token.lock || rules.userBlocked || !withinLimit(token.failures, rules.threshold)) {
    return token;
  }
  return { ...token, failures: 0 };
}

/** Counts a resynchronisation that found nothing, apart from wrong codes and with a lock of its own (SR-43). */
export function countFailedResync<T extends Token>(token: T, input: { threshold: number; now: number }): T {
  if (token.lock) return token;
  const resyncFailures = (token.resyncFailures ?? 0) + 1;
  const counted: T = { ...token, resyncFailures };
  return withinLimit(resyncFailures, input.threshold)
    ? counted
    : { ...counted, lock: { reason: 'resync-failures', at: input.now } };
}

/** Ends the trust in browsers that rests on the token. */
export function endTrust<T extends Token>(token: T): T {
  return { ...token, trustEpoch: (token.trustEpoch ?? 0) + 1 };
}

/** The token once a resynchronisation has found its counter or clock. */
export function clearResync<T extends Token>(token: T): T {
  const { needsResync: _found, resyncFailures: _forgiven, ...known } = token;
  // Clearing the flag keeps the kind of token, which TypeScript cannot infer for the rest.
  return endTrust(known as unknown as T);
}

/** An administrator's explicit act: lifts the lock and resets the counters. */
export function unlockToken<T extends Token>(token: T): T {
  const { lock: _lifted, resyncFailures: _forgiven, ...unlocked } = token;
  // Removing the lock keeps the kind of token, which TypeScript cannot infer for the rest.
  return { ...endTrust(unlocked as unknown as T), failures: 0 };
}

/**
 * Locks a token manually. That replaces a lock by wrong codes, beside which recovery codes sign in (SR-15). An earlier
 * lock by an administrator keeps its time.
 */
export function lockToken<T extends Token>(token: T, now: number): T {
  return isLockedByAdministrator(token) ? token : { ...token, lock: { reason: 'administrator', at: now } };
}

/**
 * Activates or deactivates a token. A deactivation permits a replacement; a repeated one does not prolong that, so that a
 * backend that sends the same state again does not.
 */
export function setEnabled<T extends Token>(token: T, enabled: boolean, now: number): T {
  if (token.enabled === enabled) return token;
  return enabled ? { ...token, enabled } : deactivateToken(token, true, now);
}

/**
 * Deactivates a token whose device is lost, also one that was deactivated before.
 *
 * @param permitsReplacement false: a mailed link leads to the new token instead
 */
export function deactivateToken<T extends Token>(token: T, permitsReplacement: boolean, now: number): T {
  const permit = permitsReplacement ? { permitsUntil: now + REPLACEMENT_TTL_MS } : {};
  return { ...token, enabled: false, deactivation: { at: now, ...permit } };
}

/** Written so that a threshold that is not a number is exceeded at once. */
function withinLimit(failures: number, threshold: number): boolean {
  return failures <= threshold;
}
