import type { ResourceId } from '../../../kernel/ids.ts';
import { DAY_MS } from '../../../kernel/time.ts';
import {
  type DeliveredLink,
  isLinkCurrent,
  type LinkDelivery,
  MAX_LINK_LIFETIME_MS,
} from '../../../messages/delivered-link.ts';
import { PASSWORD_RESET_LIFETIME_MS } from '../../../messages/reset-mail.ts';
import type { User } from '../../../users/user.ts';

/** Mails that administrators and the site's backend can send to one user per hour. */
export const RESETS_STARTED_PER_USER = 10;

/** The one reset link of a user; a new request replaces it. Shares the user's anchor. */
export interface PasswordReset extends DeliveredLink {
  /** Digest of the password at the request: a password that was changed since needs no reset. */
  passwordDigest: string;
  /** The resource of the request; absent when an administrator started it. */
  resource?: ResourceId;
  /** The origin of the page that led to the request, if it is known. */
  origin?: string;
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
