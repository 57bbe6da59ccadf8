import type { AccountId, ResourceId, UserId } from '../kernel/ids.ts';
import { DAY_MS } from '../kernel/time.ts';

/** The most networks and the most browsers that are known of a user; one more replaces the one not seen for longest. */
export const MAX_KNOWN = 16;
/** A user gets no more of these mails while as many of their links are valid. */
export const MAX_NOTICE_LINKS = 3;
/** Long enough for a mail that is read the next morning. */
export const NOTICE_LINK_LIFETIME_MS = DAY_MS;

/** Where a user has signed in. Networks and browsers are MACs of user and value. */
export interface KnownSignIns {
  account: AccountId;
  user: UserId;
  /** Newest first. */
  networks: string[];
  /** Newest first. */
  browsers: string[];
  /** With each of them the user can report a sign-in, until one was used. */
  links: NoticeLink[];
}

/**
 * A link of a mail about a sign-in. It outlives a change of the address or the password, which may be the thief's: it
 * opens nothing.
 */
export interface NoticeLink {
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

/**
 * Adds a sign-in to the known ones. The first of a user is not new: there is nothing that it differs from. `undefined`:
 * nothing has changed.
 */
export function recordSignIn(
  known: KnownSignIns | undefined,
  owner: Pick<KnownSignIns, 'account' | 'user'>,
  seen: SeenSignIn,
): { known: KnownSignIns; isNew: boolean } | undefined {
  const { networks, browsers, links } = known ?? { networks: [], browsers: [], links: [] };
  const next = {
    ...owner,
    networks: withNewest(networks, seen.network),
    browsers: withNewest(browsers, seen.browser),
    links,
  };
  if (known && next.networks === networks && next.browsers === browsers) return undefined;
  const isUnknown = (list: readonly string[], value: string | undefined) =>
    value !== undefined && !list.includes(value);
  return {
    known: next,
    isNew: known !== undefined && (isUnknown(networks, seen.network) || isUnknown(browsers, seen.browser)),
  };
}

/** The same list if the value is the newest already. */
function withNewest(list: string[], value: string | undefined): string[] {
  if (value === undefined || list[0] === value) return list;
  return [value, ...list.filter((one) => one !== value)].slice(0, MAX_KNOWN);
}

/** Adds a link; undefined if as many are valid as a user may have. */
export function addLink(known: KnownSignIns, link: NoticeLink, now: number): KnownSignIns | undefined {
  const links = known.links.filter(({ expiresAt }) => now < expiresAt);
  return links.length < MAX_NOTICE_LINKS ? { ...known, links: [...links, link] } : undefined;
}

/** After a report: every link is used up, and the next sign-in is new wherever it comes from. */
export function forgetSignIns(known: KnownSignIns): KnownSignIns {
  return { ...known, networks: [], browsers: [], links: [] };
}
