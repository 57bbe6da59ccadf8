import type { ResourceId } from '../kernel/ids.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../kernel/time.ts';
import {
  type DeliveredLink,
  isLinkCurrent,
  type LinkDelivery,
  MAX_LINK_LIFETIME_MS,
} from '../messages/delivered-link.ts';
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
export interface PasswordReset extends DeliveredLink {
  /** Digest of the password at the request: a password that was changed since needs no reset. */
  passwordDigest: string;
  /** The resource of the request; absent when an administrator started it. */
  resource?: ResourceId;
}

/** How long a link is valid by default. A first password that is handed over need not be chosen at once. */
export function resetLifetimeMs({ passwordHash }: Pick<User, 'passwordHash'>, delivery: LinkDelivery): number {
  return passwordHash === undefined && delivery === 'hand-over' ? DAY_MS : PASSWORD_RESET_LIFETIME_MS;
}

/** How long a link may be valid at most: a first password replaces none that an attacker could want. */
export function maxResetLifetimeMs({ passwordHash }: Pick<User, 'passwordHash'>): number {
  return passwordHash === undefined ? MAX_LINK_LIFETIME_MS : DAY_MS;
}

/** True while the link is valid for this user. The caller has verified the secret. */
export function isResetLinkValid(reset: PasswordReset, user: User, passwordDigest: string, now: number): boolean {
  return !user.blocked && isLinkCurrent(reset, user, now) && reset.passwordDigest === passwordDigest;
}
