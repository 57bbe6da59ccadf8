import { parse as parseDomain } from 'tldts';
import { MAX_REDIRECT_URI_LENGTH, parseRedirectUri } from './redirect-uris.ts';

/** With a dot, in lower case. */
const SCHEME = /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+$/;
/** The addresses alone: the name `localhost` may lead elsewhere (RFC 8252, 8.3). */
const LOOPBACK = ['http://127.0.0.1', 'http://[::1]'];
/** Segments without escapes. None is empty or begins with a dot, so that a path has one spelling. */
const PATH = /^\/(?:[\w~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*\/?)?$/;
/** The makers of browsers: a scheme of theirs leads to a page, not to an app. */
const BROWSERS =
  /^(?:com\.(?:android|apple|brave|duckduckgo|google|microsoft|opera|samsung|sec|vivaldi)|org\.(?:chromium|mozilla))(?:\.|$)/;
const PORT = /^[1-9]\d{0,4}$/;
const MAX_PORT = 65_535;

/**
 * Parses an address that leads back to a native app (RFC 8252, 7): with a reversed domain name as its scheme
 * (`com.example.app:/signed-in`), a loopback address without a port (`http://127.0.0.1/signed-in`), or an https address
 * that the app has claimed. It has no user, no escape and no `..`, and no query, which the service appends. Undefined
 * for anything else.
 */
export function parseAppRedirectUri(text: string): string | undefined {
  if (text.length > MAX_REDIRECT_URI_LENGTH) return undefined;
  const colon = text.indexOf(':');
  const scheme = text.slice(0, colon);
  if (SCHEME.test(scheme)) return PATH.test(text.slice(colon + 1)) && isReversedDomain(scheme) ? text : undefined;
  const loopback = LOOPBACK.find((host) => text.startsWith(`${host}/`));
  if (loopback) return PATH.test(text.slice(loopback.length)) ? text : undefined;
  if (!text.startsWith('https://') || parseRedirectUri(text) !== text) return undefined;
  return PATH.test(text.slice(new URL(text).origin.length)) ? text : undefined;
}

/**
 * Whether the resource has registered the address, letter by letter. The app chooses the port of a loopback address
 * (RFC 8252, 7.3). Entries are checked again, because the rules change.
 *
 * @param service the service's own origin: neither the console nor a hosted page is an app
 */
export function appRedirectAllowed(
  resource: { appRedirectUris?: readonly string[] },
  uri: string,
  service: string,
): boolean {
  const registered = withoutPort(uri);
  if (!resource.appRedirectUris?.includes(registered)) return false;
  return parseAppRedirectUri(registered) === registered && new URL(uri).origin !== service;
}

/** A loopback address as it is registered. All other texts stay as they are. */
function withoutPort(uri: string): string {
  const host = LOOPBACK.find((one) => uri.startsWith(`${one}:`));
  if (!host) return uri;
  const path = uri.indexOf('/', host.length);
  const port = uri.slice(host.length + 1, path);
  // Browsers leave out port 80, so with it an address would have two spellings.
  const isPort = PORT.test(port) && port !== '80' && Number(port) <= MAX_PORT;
  return isPort ? host + uri.slice(path) : uri;
}

/** A name below a suffix of the domain name system. No scheme of one word is, and none such as `soap.beep`. */
function isReversedDomain(scheme: string): boolean {
  const { domain, isIcann } = parseDomain(scheme.split('.').reverse().join('.'));
  return domain !== null && isIcann === true && !BROWSERS.test(scheme);
}
