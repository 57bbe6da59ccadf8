import type { ResourceId } from '../../../kernel/ids.ts';
import type { MailLanguage } from '../../../kernel/mail.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../kernel/time.ts';
import { type DeliveredLink, isLinkCurrent } from '../../../messages/delivered-link.ts';
import { type UserLink, writeUserLink } from '../../../messages/user-link.ts';
import { passwordDigest } from '../../../passwords/password-digest.ts';
import type { Resource } from '../../../resources/resource.ts';
import { resourcesOpenedBy } from '../../../tokens/assignments.ts';
import { isOwnMailbox } from '../../../tokens/kinds/sent/enrolment-address.ts';
import type { Token } from '../../../tokens/token.ts';
import type { User } from '../../../users/user.ts';

export const UNLOCK_LINK_LIFETIME_MS = 30 * MINUTE_MS;
/**
 * Unlock mails to one user. Each lets a thief with the password and the mailbox guess as often as the resource allows
 * before a lock, so there are few of them (SR-2).
 */
export const UNLOCK_MAILS_PER_USER = 2;
export const UNLOCK_MAILS_WINDOW_MS = DAY_MS;
/** Unlock links that are handed over to one user. What the help desk may unlock is `HELP_DESK_UNLOCKS_PER_DAY`. */
export const UNLOCK_LINKS_PER_USER = 10;
export const UNLOCK_LINKS_WINDOW_MS = HOUR_MS;

/** The only link with which a user unlocks their own tokens; a new one replaces it. Shares the user's anchor. */
export interface UnlockLink extends DeliveredLink {
  /** The resource where it was requested: it unlocks tokens with which its user is assigned there. */
  resource: ResourceId;
  /** Of the password that was verified for it: a changed password voids the link. */
  passwordDigest: string;
}

/** What is stored of a link that unlocks. */
export function unlockOf(link: DeliveredLink, user: User, resource: ResourceId): UnlockLink {
  return { ...link, resource, passwordDigest: passwordDigest(user) };
}

export function writeUnlockPath(link: UserLink, language: MailLanguage, resource: ResourceId): string {
  return `/unlock?lang=${language}&resource=${resource}#${writeUserLink(link)}`;
}

/** True while the link unlocks a token of this user. The caller has verified the secret. */
export function isUnlockLinkValid(link: UnlockLink, user: User, digest: string, now: number): boolean {
  return !user.blocked && isLinkCurrent(link, user, now) && link.passwordDigest === digest;
}

/**
 * Locked by wrong codes. A lock by an administrator or by a failed resynchronisation is not lifted by mail; nor that of
 * a deactivated token, whose finder may read its owner's mail on the same phone.
 */
export function isUnlockableByMail({ lock, enabled }: Pick<Token, 'lock' | 'enabled'>): boolean {
  return enabled && lock?.reason === 'otp-failures';
}

/** Whether a resource allows unlocking by mail. */
export function allowsUnlock({ enrolment }: Pick<Resource, 'enrolment'>): boolean {
  return enrolment?.unlockByMail === true;
}

/**
 * Whether a link may unlock the token: every resource that accepts it has to allow it, so that a less strict one
 * restores no guesses at another (SR-67).
 *
 * @param allows the known resources; an unknown one allows nothing
 */
export function isUnlockable(token: Token, owner: User, allows: ReadonlyMap<ResourceId, boolean>): boolean {
  return (
    isUnlockableByMail(token) && resourcesOpenedBy(token, owner).every((resource) => allows.get(resource) === true)
  );
}

/** Whether to offer a link to a user who has shown the first factor. */
export function canOfferUnlock(
  resource: Pick<Resource, 'enrolment'>,
  user: Pick<User, 'email' | 'emailOnPassword'>,
): boolean {
  return allowsUnlock(resource) && user.email !== undefined && isOwnMailbox(user, 'password');
}
