import { parseUrl } from '@countersign/protocol/parse-url';

/** Where a result may be posted to. Everything in it can stand in a Content-Security-Policy as it is. */
const HOST_SHAPE = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
const PATH_SHAPE = /^[\w.~%/-]*$/;
const LOOPBACK = new Set(['localhost', '127.0.0.1']);
export const LONGEST_REDIRECT_URI = 500;

/**
 * An address that results may be posted to, exactly as it is written: https (http on loopback alone), without a user and
 * without a fragment (RFC 9700 4.1.3). It must be in the form that browsers give it, so that comparing texts compares
 * addresses: there is one way to write each. Undefined for anything else.
 */
export function parseRedirectUri(text: string): string | undefined {
  const url = text.length > LONGEST_REDIRECT_URI || text.includes('#') ? undefined : parseUrl(text);
  if (!url) return undefined;
  const { href, protocol, hostname, username, password, pathname } = url;
  if (href !== text || username !== '' || password !== '') return undefined;
  if (!HOST_SHAPE.test(hostname) || !PATH_SHAPE.test(pathname)) return undefined;
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
  return isSafe ? href : undefined;
}

/** Only what is on the list, letter by letter; entries are checked again, since rules change. */
export function redirectAllowed(resource: { redirectUris?: string[] }, uri: string): boolean {
  return parseRedirectUri(uri) === uri && (resource.redirectUris ?? []).includes(uri);
}
