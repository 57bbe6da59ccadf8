import type { AdministratorId, ResourceId } from '../kernel/ids.ts';
import { DAY_MS } from '../kernel/time.ts';

/** How a link gets to its user: by mail, or through the one who asked for it. */
export const LINK_DELIVERIES = ['mail', 'hand-over'] as const;
export type LinkDelivery = (typeof LINK_DELIVERIES)[number];

/** The longest validity that can be chosen for a link. */
export const MAX_LINK_LIFETIME_MS = 7 * DAY_MS;

/** What the links of users have in common, as stored. */
export interface DeliveredLink {
  /** SHA-256 of the link's secret, hex. */
  secretHash: string;
  /** The user's address when the link was made, if there was one: another one voids the link. */
  email?: string;
  /** Handed over by this administrator. The link is void once they may not change its user any more. */
  by?: AdministratorId;
  /** The administrator had the role of the help desk then, so its limits apply for as long as the link is valid. */
  byHelpDesk?: true;
  /** The resources on which that administrator may act. Another one of the user voids the link. */
  within?: ResourceId[];
  /** When a mail server accepted it. */
  mailedAt?: number;
  expiresAt: number;
}

/** A new link, before its user has it. */
export interface IssuedLink {
  login: string;
  email?: string;
  /** Below the configured public URL (SR-40). */
  path: string;
  lifetimeMs: number;
  expiresAt: number;
}

/**
 * True while the link has not expired, and its user has the same address and no access beyond that of its maker, who
 * may have kept the link (SR-67).
 */
export function isLinkCurrent(
  { email, within, expiresAt }: Pick<DeliveredLink, 'email' | 'within' | 'expiresAt'>,
  user: { email?: string; assignments: readonly { resource: ResourceId }[] },
  now: number,
): boolean {
  const isCovered = within === undefined || user.assignments.every(({ resource }) => within.includes(resource));
  return now < expiresAt && email === user.email && isCovered;
}
