import type { AccountId, ResourceId, UserId } from '../../../kernel/ids.ts';
import { DAY_MS } from '../../../kernel/time.ts';

/** The most networks and the most browsers that are known of a user; one more replaces the one not seen for longest. */
export const MAX_KNOWN = 16;
/** How long a network or a browser is known after the last sign-in from it. */
export const KNOWN_SIGN_IN_TTL_MS = 180 * DAY_MS;
/** A user gets no more of these mails while as many of their links are valid. */
export const MAX_NOTICE_LINKS = 3;
/** Long enough for a mail that is read the next morning. */
export const NOTICE_LINK_LIFETIME_MS = DAY_MS;

/** Where sign-ins came from. Networks and browsers are MACs of their owner and value. */
export interface KnownPlaces {
  /** Newest first. */
  networks: string[];
  /** Newest first. */
  browsers: string[];
  /** When each of them was last seen, to the day. */
  seenAt: Record<string, number>;
}

/** Where a user has signed in. */
export interface KnownSignIns extends KnownPlaces {
  account: AccountId;
  user: UserId;
  /** With each of them the user can report a sign-in, until one was used. */
  links: NoticeLink[];
}

/**
 * A link of a mail about a sign-in. It outlives a change of the address or the password, which may be the thief's: it
 * opens nothing.
 */
interface NoticeLink {
  /** SHA-256 of the link's secret, hex. */
  secretHash: string;
  /** Of the sign-in. */
  resource: ResourceId;
  expiresAt: number;
}

/** A sign-in, as far as the service sees where it comes from. */
export interface SeenSignIn {
  network: string | undefined;
  browser: string | undefined;
}

/** Adds a sign-in of a user to the known ones, see {@link recordPlaces}. */
export function recordSignIn(
  known: KnownSignIns | undefined,
  isCompared: boolean,
  owner: Pick<KnownSignIns, 'account' | 'user'>,
  seen: SeenSignIn,
  now: number,
): { known: KnownSignIns; isNew: boolean } | undefined {
  const next = recordPlaces(known, isCompared, seen, now);
  return next && { ...next, known: { ...owner, ...next.known, links: known?.links ?? [] } };
}

/**
 * Adds a sign-in to the known ones, and forgets those that were not seen for long. `undefined`: nothing has changed.
 *
 * @param isCompared earlier sign-ins were recorded, perhaps too long ago. The first is not new: there is nothing that it
 *   differs from
 */
export function recordPlaces(
  known: KnownPlaces | undefined,
  isCompared: boolean,
  seen: SeenSignIn,
  now: number,
): { known: KnownPlaces; isNew: boolean } | undefined {
  const { networks = [], browsers = [], seenAt = {} } = known ?? {};
  const today = now - (now % DAY_MS);
  const isRecorded = (list: readonly string[], value: string | undefined) =>
    value === undefined || (list[0] === value && seenAt[value] === today);
  if (isRecorded(networks, seen.network) && isRecorded(browsers, seen.browser)) return undefined;

  const lastSeenAt = (value: string) => seenAt[value] ?? 0;
  const isKept = (value: string) => now < lastSeenAt(value) + KNOWN_SIGN_IN_TTL_MS;
  const kept = { networks: networks.filter(isKept), browsers: browsers.filter(isKept) };
  const next = { networks: withNewest(kept.networks, seen.network), browsers: withNewest(kept.browsers, seen.browser) };
  const isSeen = (value: string) => value === seen.network || value === seen.browser;
  const dated = [...next.networks, ...next.browsers].map((value) => [value, isSeen(value) ? today : lastSeenAt(value)]);
  const isUnknown = (list: readonly string[], value: string | undefined) =>
    value !== undefined && !list.includes(value);
  return {
    known: { ...next, seenAt: Object.fromEntries(dated) },
    isNew: isCompared && (isUnknown(kept.networks, seen.network) || isUnknown(kept.browsers, seen.browser)),
  };
}

/** The list as it is if there is no value. */
function withNewest(list: string[], value: string | undefined): string[] {
  return value === undefined ? list : [value, ...list.filter((one) => one !== value)].slice(0, MAX_KNOWN);
}

/** When nothing is left that counts. */
export function knownSignInsExpireAt({ networks, browsers, seenAt, links }: KnownSignIns): number {
  const lastSeen = [...networks, ...browsers].map((value) => (seenAt[value] ?? 0) + KNOWN_SIGN_IN_TTL_MS);
  return Math.max(0, ...lastSeen, ...links.map(({ expiresAt }) => expiresAt));
}

/** Adds a link; undefined if as many are valid as a user may have. */
export function addLink(known: KnownSignIns, link: NoticeLink, now: number): KnownSignIns | undefined {
  const links = known.links.filter(({ expiresAt }) => now < expiresAt);
  return links.length < MAX_NOTICE_LINKS ? { ...known, links: [...links, link] } : undefined;
}
