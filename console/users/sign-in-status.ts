import type { LockReason, User } from '../shared/user.ts';

/** One check of a sign-in, as `POST /v1/explain` answers it. */
export interface Check {
  check: string;
  passed: boolean;
  /** Of a filter. */
  kind?: string;
  /** Of a token or a replacement. */
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
  const open = explained.filter((one) => refusedBy(one) === undefined);
  if (explained.length === 0) return 'noAccess';
  if (open.length > 0 && open.length < explained.length) return 'some';
  if (open.length > 0) {
    if (open.some(({ factors }) => factors?.otpSkipped)) return 'passwordAlone';
    return open.some(({ factors }) => factors?.recoveryOnly) ? 'recoveryOnly' : 'can';
  }
  const reasons = new Set(explained.map((one) => statusOf(refusedBy(one))));
  const [only = 'cannot'] = reasons;
  return reasons.size === 1 ? only : 'cannot';
}

function statusOf(refused: Check | undefined): SignInStatus {
  switch (refused?.check) {
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
  return explained
    .filter((one) => refusedBy(one) === undefined && one.factors?.otpSkipped)
    .map(({ resource, factors }) => ({
      resource,
      ...(factors?.skippedSince !== undefined && { since: factors.skippedSince }),
    }));
}
