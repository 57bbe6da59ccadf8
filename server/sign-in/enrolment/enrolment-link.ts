import type { ResourceId } from '../../kernel/ids.ts';
import { DAY_MS, HOUR_MS } from '../../kernel/time.ts';
import { type DeliveredLink, isLinkCurrent } from '../../messages/delivered-link.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import { epochOf } from '../../users/credential-epoch.ts';
import type { User } from '../../users/user.ts';
import type { Flow } from '../flow.ts';

/** Users read such a mail in their own time; a day is still short, because the link alone changes nothing. */
export const ENROLMENT_LINK_LIFETIME_MS = DAY_MS;
/** Enrolment link mails to one user. */
export const ENROLMENT_LINKS_PER_USER = 10;
export const ENROLMENT_LINKS_WINDOW_MS = HOUR_MS;

/** The user's only enrolment link; a new one replaces it. Shares the user's anchor. */
export interface EnrolmentLink extends DeliveredLink {
  /** The resource that the token will be assigned to. */
  resource: ResourceId;
  /** Of the password at that time, if the help desk took the link: another password voids it. */
  passwordDigest?: string;
  /** Of the user at that time. Absent: 0. */
  credentialEpoch?: number;
}

/** True while the link is usable. The caller has verified the secret. */
export function isEnrolmentLinkValid(link: EnrolmentLink, user: User, now: number): boolean {
  const isSamePassword = link.passwordDigest === undefined || link.passwordDigest === passwordDigest(user);
  const isSameEpoch = epochOf(link) === epochOf(user);
  return !user.blocked && isSamePassword && isSameEpoch && isLinkCurrent(link, user, now);
}

/**
 * True if nothing but the token stands between the holder of the link and the account: there is no password, or it came
 * by a link too, which the same administrator may have taken.
 */
export function opensByToken({ passwordHash, needsConfirmation, passwordByHelpDesk }: User): boolean {
  return passwordHash === undefined || needsConfirmation !== undefined || passwordByHelpDesk === true;
}

/** Whether a password was set after the link was opened without one: opened again, the link asks for it. */
export function lacksPassword(flow: Pick<Flow, 'enrolmentLink' | 'passwordVerified'>, user: User): boolean {
  return flow.enrolmentLink !== undefined && !flow.passwordVerified && user.passwordHash !== undefined;
}
