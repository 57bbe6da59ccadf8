import { isMailboxTheirs } from '../../enrolment/enrolment-address.ts';
import type { ResourceId } from '../../kernel/ids.ts';
import { DAY_MS, MINUTE_MS } from '../../kernel/time.ts';
import { resourcesOpenedBy } from '../../resources/assignments.ts';
import type { Resource } from '../../resources/resource.ts';
import type { User } from '../../users/user.ts';
import type { Token } from '../token.ts';

export const UNLOCK_LINK_LIFETIME_MS = 30 * MINUTE_MS;
/**
 * Mails with such a link to one person. Each lets somebody who has the password and reads the mailbox guess as often as
 * the resource allows before a lock, so there are few of them (SR-2).
 */
export const UNLOCKS_PER_PERSON = 2;
export const UNLOCKS_WINDOW_MS = DAY_MS;

/** The one link with which a person unlocks their own tokens; another one replaces it. Shares the user's anchor. */
export interface UnlockLink {
  /** SHA-256 of the link's secret, hex. */
  secretHash: string;
  /** Where it was sent. */
  email: string;
  /** Where it was asked for: it unlocks tokens with which its person is assigned there. */
  resource: ResourceId;
  /** Of the password that was shown for it: one that was changed since stands for nothing. */
  passwordDigest: string;
  expiresAt: number;
}

/** Whether the link still unlocks anything for this person. That its secret is right is somebody else's to say. */
export function isUnlockLinkValid(link: UnlockLink, user: User, passwordDigest: string, now: number): boolean {
  return !user.blocked && now < link.expiresAt && link.email === user.email && link.passwordDigest === passwordDigest;
}

/**
 * Locked by wrong codes. What an administrator has locked, or a resynchronisation that went wrong, no mail unlocks; nor a
 * deactivated token, whose finder may read its owner's mail on the same phone.
 */
export function unlocksByMail({ lock, enabled }: Pick<Token, 'lock' | 'enabled'>): boolean {
  return enabled && lock?.reason === 'otp-failures';
}

/** Whether a resource has locked tokens unlocked by mail. */
export function allowsUnlock({ enrolment }: Pick<Resource, 'enrolment'>): boolean {
  return enrolment?.unlockByMail === true;
}

/**
 * Whether a link may unlock the token: every resource that takes it allows it, so that a lax one brings back no guesses at
 * another (SR-67).
 *
 * @param allows what is known of resources; one that is not among them allows nothing
 */
export function isUnlockable(token: Token, owner: User, allows: ReadonlyMap<ResourceId, boolean>): boolean {
  return unlocksByMail(token) && resourcesOpenedBy(token, owner).every((resource) => allows.get(resource) === true);
}

/** Whether to offer a link to somebody who has shown the first factor. */
export function canOfferUnlock(
  resource: Pick<Resource, 'enrolment'>,
  user: Pick<User, 'email' | 'emailOnPassword'>,
): boolean {
  return allowsUnlock(resource) && user.email !== undefined && isMailboxTheirs(user, 'password');
}
