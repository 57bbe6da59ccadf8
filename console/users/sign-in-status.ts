import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { LockReason } from '@countersign/protocol/tokens';
import type { User } from '../shared/user.ts';

/** One check of a sign-in, as `POST /v1/explain` answers it. */
export interface Check {
  check: string;
  passed: boolean;
  /** Of a filter. */
  kind?: string;
  /** Of a token, a replacement or an enrolment. */
  state?: string;
  /** Of the factors. */
  reason?: string;
  id?: string;
  lock?: { reason: LockReason; at: number };
  until?: number;
  isLocked?: true;
}

/** How the service decides on a sign-in of a user on one resource. */
export interface Explanation {
  resource: string;
  checks: readonly Check[];
  factors: { otpSkipped: boolean; recoveryOnly?: true; skippedSince?: number } | null;
}

export type SignInStatus =
  | 'can'
  | 'some'
  | 'passwordAlone'
  | 'recoveryOnly'
  | 'tokenLocked'
  | 'passwordLocked'
  | 'waiting'
  | 'blocked'
  | 'noAccess'
  | 'cannot';

/**
 * The first check that refuses the user. Filters by address and country are left out: they refuse some networks, and
 * none is given.
 */
export function refusedBy({ checks }: Explanation): Check | undefined {
  const dependsOnAddress = ({ check, kind }: Check) => check === 'filter' && kind !== 'time';
  return checks.find((one) => !one.passed && !dependsOnAddress(one));
}

/**
 * The one state of a user, from what the service decides on each resource.
 *
 * @param explained on every resource of the user that the administrator sees
 */
export function signInStatus(user: Pick<User, 'blocked'>, explained: readonly Explanation[]): SignInStatus {
  if (user.blocked) return 'blocked';
  if (explained.length === 0) return 'noAccess';
  const refusals = explained.flatMap((one) => refusedBy(one) ?? []);
  if (refusals.length === explained.length) {
    return refusals.map(statusOf).reduce((one, other) => (one === other ? one : 'cannot'));
  }
  if (refusals.length > 0) return 'some';
  if (explained.some(({ factors }) => factors?.otpSkipped)) return 'passwordAlone';
  return explained.some(({ factors }) => factors?.recoveryOnly) ? 'recoveryOnly' : 'can';
}

function statusOf(refused: Check): SignInStatus {
  switch (refused.check) {
    case 'password-wait':
      return refused.isLocked ? 'passwordLocked' : 'waiting';
    case 'assignment':
      return 'noAccess';
    case 'user':
      return refused.state === 'blocked' ? 'blocked' : 'cannot';
    case 'replacement':
      return refused.state === 'locked' ? 'tokenLocked' : 'cannot';
    case 'factors':
      return refused.reason === 'locked' || refused.reason === 'locked-by-administrator' ? 'tokenLocked' : 'cannot';
    default:
      return 'cannot';
  }
}

/** Where the password alone signs in, and since when. */
export function passwordAloneOn(explained: readonly Explanation[]): { resource: string; since?: number }[] {
  return explained.flatMap((one) =>
    refusedBy(one) === undefined && one.factors?.otpSkipped
      ? { resource: one.resource, ...omitUndefined({ since: one.factors.skippedSince }) }
      : [],
  );
}
