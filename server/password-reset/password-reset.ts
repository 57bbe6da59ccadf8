import type { ResourceId } from '../kernel/ids.ts';
import { HOUR_MS, MINUTE_MS } from '../kernel/time.ts';
import type { User } from '../users/user.ts';

/** Long enough to find the mail, short enough that an old one in a mailbox is void. */
export const PASSWORD_RESET_LIFETIME_MS = 30 * MINUTE_MS;
/**
 * Mails that unauthenticated requests can send to one user within the lifetime of a link. Within no longer time: the
 * last mailed link then stays valid until the next mail is allowed, so an attacker cannot lock the user out (SR-49).
 */
export const RESETS_PER_USER = 2;
export const RESETS_PER_USER_WINDOW_MS = PASSWORD_RESET_LIFETIME_MS;
/** Per hour: mails that administrators and the site's backend can send to one user, and requests from one address. */
export const RESETS_STARTED_PER_USER = 10;
export const RESETS_PER_ADDRESS = 20;
export const RESETS_WINDOW_MS = HOUR_MS;

/** The one reset link of a user or an administrator; a new request replaces it. Shares its owner's anchor. */
export interface PasswordReset {
  /** SHA-256 of the link's secret, hex. */
  secretHash: string;
  /** The recipient: a link to an address that is no longer the user's is void. */
  email: string;
  /** Digest of the password at the request: a password that was changed since needs no reset. */
  passwordDigest: string;
  /** The resource of the request; absent when an administrator started it. */
  resource?: ResourceId;
  expiresAt: number;
}

/** True while the link is valid for this user. The caller has verified the secret. */
export function isResetLinkValid(reset: PasswordReset, user: User, passwordDigest: string, now: number): boolean {
  return !user.blocked && isUnchanged(reset, user.email, passwordDigest, now);
}

/** True while the link has not expired, and its owner has the same address and password as when it was requested. */
export function isUnchanged(
  reset: PasswordReset,
  email: string | undefined,
  passwordDigest: string,
  now: number,
): boolean {
  return now < reset.expiresAt && reset.email === email && reset.passwordDigest === passwordDigest;
}
