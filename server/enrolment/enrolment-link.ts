import type { Flow } from '../flows/flow.ts';
import type { ResourceId } from '../kernel/ids.ts';
import { DAY_MS, HOUR_MS } from '../kernel/time.ts';
import type { User } from '../users/user.ts';

/** People read such a mail when they come to it; a day is still short for a link that opens nothing by itself. */
export const ENROLMENT_LINK_LIFETIME_MS = DAY_MS;
/** Mails with such a link to one person. */
export const ENROLMENT_LINKS_PER_PERSON = 10;
export const ENROLMENT_LINKS_WINDOW_MS = HOUR_MS;

/** The one link to an enrolment that a person has; another one replaces it. Shares the user's anchor. */
export interface EnrolmentLink {
  /** SHA-256 of the link's secret, hex. */
  secretHash: string;
  /** Where it was sent: a link to an address that is no longer the person's is worth nothing. */
  email: string;
  /** What the token will be assigned to. */
  resource: ResourceId;
  expiresAt: number;
}

/** Whether the link still leads to a token for this person. That its secret is right is somebody else's to say. */
export function isEnrolmentLinkValid(link: EnrolmentLink, user: User, now: number): boolean {
  return !user.blocked && now < link.expiresAt && link.email === user.email;
}

/** Whether a password was set since the link was opened without one: opened again, the link asks for it. */
export function lacksPassword(flow: Pick<Flow, 'enrolmentLink' | 'passwordVerified'>, user: User): boolean {
  return flow.enrolmentLink !== undefined && !flow.passwordVerified && user.passwordHash !== undefined;
}
