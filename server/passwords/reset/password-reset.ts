import type { Administrator } from '../../administrators/administrator.ts';
import type { ResourceId } from '../../kernel/ids.ts';
import { HOUR_MS, MINUTE_MS } from '../../kernel/time.ts';
import type { User } from '../../users/user.ts';

/** Long enough to find the mail, short enough that an old one in a mailbox opens nothing. */
export const PASSWORD_RESET_LIFETIME_MS = 30 * MINUTE_MS;
/**
 * Mails that strangers can have sent to one person within the life of a link. Within no longer time: whoever uses them up has
 * then left a link in the mailbox that leads on until there are more, so that nobody is kept out by it (SR-49).
 */
export const RESETS_PER_PERSON = 2;
export const RESETS_PER_PERSON_WINDOW_MS = PASSWORD_RESET_LIFETIME_MS;
/** Within an hour: those that administrators and the site's backend can have sent to one person, and questions from one address. */
export const RESETS_STARTED_PER_PERSON = 10;
export const RESETS_PER_ADDRESS = 20;
export const RESETS_WINDOW_MS = HOUR_MS;

/**
 * The one link to a new password that a person or an administrator has; asking again replaces it. Shares the anchor of
 * whose it is.
 */
export interface PasswordReset {
  /** SHA-256 of the link's secret, hex. */
  secretHash: string;
  /** Where it was sent: a link to an address that is no longer the person's is worth nothing. */
  email: string;
  /** Of the password it was asked against: one that was changed since needs no reset. */
  passwordDigest: string;
  /** Where it was asked for; absent when an administrator began it. */
  resource?: ResourceId;
  expiresAt: number;
}

/** Whether the link still leads to a new password for this person. That its secret is right is somebody else's to say. */
export function isResetLinkValid(reset: PasswordReset, user: User, passwordDigest: string, now: number): boolean {
  return !user.blocked && isUnchanged(reset, user.email, passwordDigest, now);
}

/**
 * Whether administrators get a new password by mail. Only with a token, which the sign-in goes on asking for: whoever has
 * none enrols one with the password alone, so that a mailbox would be all that it takes.
 */
export function mayResetByMail({ state, passwordHash, token }: Administrator): boolean {
  return state === 'active' && passwordHash !== undefined && token !== undefined;
}

/** The same as {@link isResetLinkValid}, for an administrator. */
export function administratorResetStands(
  reset: PasswordReset,
  administrator: Administrator,
  passwordDigest: string,
  now: number,
): boolean {
  return mayResetByMail(administrator) && isUnchanged(reset, administrator.email, passwordDigest, now);
}

function isUnchanged(reset: PasswordReset, email: string | undefined, passwordDigest: string, now: number): boolean {
  return now < reset.expiresAt && reset.email === email && reset.passwordDigest === passwordDigest;
}
