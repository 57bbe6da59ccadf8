import { parseUrl } from '@countersign/protocol/parse-url';

/** The host of an address that results may be posted to. All its characters are safe in a Content-Security-Policy. */
const HOST_SHAPE = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
const PATH_SHAPE = /^[\w.~%/-]*$/;
const LOOPBACK = new Set(['localhost', '127.0.0.1']);
export const MAX_REDIRECT_URI_LENGTH = 500;

/**
 * Parses an address that results may be posted to: https (http on loopback alone), without a user and without a
 * fragment (RFC 9700 4.1.3). It must be in the form that browsers use, so that comparing texts compares addresses.
 * Undefined for anything else.
 */
export function parseRedirectUri(text: string): string | undefined {
  const url = text.length > MAX_REDIRECT_URI_LENGTH || text.includes('#') ? undefined : parseUrl(text);
  if (!url) return undefined;
  const { href, protocol, hostname, username, password, pathname } = url;
  if (href !== text || username !== '' || password !== '') return undefined;
  if (!HOST_SHAPE.test(hostname) || !PATH_SHAPE.test(pathname)) return undefined;
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
  return isSafe ? href : undefined;
}

/** Only an exact match with the list; entries are checked again, because the rules change. */
export function redirectAllowed(resource: { redirectUris?: string[] }, uri: string): boolean {
  return parseRedirectUri(uri) === uri && (resource.redirectUris ?? []).includes(uri);
}
