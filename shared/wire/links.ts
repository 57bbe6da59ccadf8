import { parseUrl } from './parse-url.ts';

/** The links of a site below the sign-in, in their order on every page. */
export const LINK_NAMES = ['privacy', 'terms', 'help', 'support'] as const;
export type LinkName = (typeof LINK_NAMES)[number];
export type Links = { [Name in LinkName]?: string };

export const MAX_LINK_LENGTH = 500;

/** RFC 6068, one address without header fields: a link fills in no subject, copy or text. */
const MAILTO = /^mailto:[a-z0-9.!#$*+=^_~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;
/** RFC 3966, without parameters. */
const TEL = /^tel:\+?[0-9().-]{3,30}$/;

/**
 * The address of a link in the form of browsers; undefined if it is not allowed there. Each leads to an https page
 * without user information, `support` also to an email address or a phone number.
 */
export function linkOf(name: LinkName, given: unknown): string | undefined {
  if (typeof given !== 'string' || given.length > MAX_LINK_LENGTH) return undefined;
  if (name === 'support' && (MAILTO.test(given) || TEL.test(given))) return given;
  // Browsers remove spaces and line ends from an address, so one that has them is not what it seems.
  const url = /[\s\p{Cc}]/u.test(given) ? undefined : parseUrl(given);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
  return url.href.length > MAX_LINK_LENGTH ? undefined : url.href;
}

/** The links with an allowed address, in their order. */
export function linksOf(given: unknown): Links {
  const links = Object(given) as Record<string, unknown>;
  return Object.fromEntries(
    LINK_NAMES.map((name) => [name, Object.hasOwn(links, name) ? linkOf(name, links[name]) : undefined]).filter(
      ([, href]) => href !== undefined,
    ),
  );
}
