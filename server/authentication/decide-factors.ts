import type { MethodPolicy } from '@countersign/protocol/resources';
import type { TokenState } from '@countersign/protocol/tokens';
import type { Method } from '../kernel/event.ts';
import type { LockRefusal } from '../tokens/lockout.ts';
import type { User } from '../users/user.ts';

/**
 * The state of a token on one resource. `not-accepted`: of a kind that the resource does not accept.
 * `locked-with-recovery`: wrong codes alone keep it from being used, and its user has recovery codes here.
 */
export type FactorState = TokenState | 'locked-by-administrator' | 'locked-with-recovery' | 'not-accepted';

export type FactorDecision =
  /**
   * `otpSkipped`: the OTP is dropped because every token is deactivated; filters still apply. `recoveryOnly`: the OTP is
   * a recovery code, because wrong codes have locked the tokens.
   */
  | { kind: 'factors'; password: boolean; otp: boolean; otpSkipped: boolean; recoveryOnly?: true }
  | { kind: 'deny'; reason: DenialReason };

export type DenialReason =
  | 'no-token'
  | 'deactivated'
  | 'locked'
  | 'locked-by-administrator'
  | 'expired'
  | 'out-of-step'
  | 'secret-lost'
  | 'not-accepted'
  /** The help desk may know the password. */
  | 'unconfirmed';

/**
 * Which factors a sign-in has to pass, by its method and the states of the tokens of the assignment.
 *
 * | tokens                            | otp  | password-otp      | token |
 * |-----------------------------------|------|-------------------|-------|
 * | none                              | deny | deny              | deny  |
 * | at least one active               | otp  | password and otp  | otp   |
 * | none left: all are deactivated    | deny | password, skipped | deny  |
 * | none active, any locked by an administrator | deny | deny | deny |
 * | none active, any locked by wrong codes, and the user has recovery codes | recovery code | password and recovery code | - |
 * | none active, any locked, expired, out of step, lost, not accepted | deny | deny | deny |
 *
 * Without the lock, a recovery code would be accepted: wrong codes take nothing from the user that guesses at a recovery
 * code do not take, and give no guesses that were not there. The lock of an administrator denies everything.
 */
export function decideFactors(method: Method, tokens: readonly FactorState[]): FactorDecision {
  if (method === 'password') return { kind: 'factors', password: true, otp: false, otpSkipped: false };
  if (tokens.length === 0) return { kind: 'deny', reason: 'no-token' };
  const withPassword = method === 'password-otp';
  if (tokens.includes('active')) return { kind: 'factors', password: withPassword, otp: true, otpSkipped: false };
  if (tokens.includes('locked-by-administrator')) return { kind: 'deny', reason: 'locked-by-administrator' };
  if (tokens.includes('locked-with-recovery')) {
    return { kind: 'factors', password: withPassword, otp: true, otpSkipped: false, recoveryOnly: true };
  }
  if (tokens.includes('locked')) return { kind: 'deny', reason: 'locked' };
  if (tokens.includes('expired')) return { kind: 'deny', reason: 'expired' };
  if (tokens.includes('out-of-step')) return { kind: 'deny', reason: 'out-of-step' };
  if (tokens.includes('secret-lost')) return { kind: 'deny', reason: 'secret-lost' };
  if (tokens.includes('not-accepted')) return { kind: 'deny', reason: 'not-accepted' };
  return withPassword
    ? { kind: 'factors', password: true, otp: false, otpSkipped: true }
    : { kind: 'deny', reason: 'deactivated' };
}

/**
 * Denies a sign-in with the password alone if the help desk may know it: it took the link while a code was required, and
 * may ask for the tokens to be deactivated (SR-41).
 */
export function denyKnownPassword(
  decision: FactorDecision,
  { passwordByHelpDesk }: Pick<User, 'passwordByHelpDesk'>,
): FactorDecision {
  const isAlone = decision.kind === 'factors' && !decision.otp;
  return isAlone && passwordByHelpDesk ? { kind: 'deny', reason: 'unconfirmed' } : decision;
}

const FIXABLE: Partial<Record<DenialReason, LockRefusal | 'TOKEN_OUT_OF_STEP'>> = {
  locked: 'TOKEN_LOCKED',
  'locked-by-administrator': 'TOKEN_LOCKED_BY_ADMINISTRATOR',
  'out-of-step': 'TOKEN_OUT_OF_STEP',
};

/** The refusal code of a denial after the first factor: only reasons that the user can have fixed are distinguished. */
export function denialCode(
  reason: DenialReason,
  { needsConfirmation }: Pick<User, 'needsConfirmation'> = {},
): LockRefusal | 'TOKEN_OUT_OF_STEP' | 'CONFIRMATION_REQUIRED' | 'ACCESS_DENIED' {
  if (reason === 'not-accepted' && needsConfirmation !== undefined) return 'CONFIRMATION_REQUIRED';
  return FIXABLE[reason] ?? 'ACCESS_DENIED';
}

/**
 * The method the server picks in the widget; the browser has no influence. `auto`: password and OTP for a user assigned
 * with a token, password for a user assigned alone.
 *
 * @param tokens of the assignment; one with a new owner counts as absent
 */
export function widgetMethod(policy: MethodPolicy, tokens: readonly FactorState[]): Method {
  if (policy !== 'auto') return policy;
  return tokens.length > 0 ? 'password-otp' : 'password';
}
