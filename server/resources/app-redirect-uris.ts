import { parse as parseDomain } from 'tldts';
import { MAX_REDIRECT_URI_LENGTH, parseRedirectUri } from './redirect-uris.ts';

/** A scheme with a dot, in lower case, and a path that begins with one slash. */
const CUSTOM = /^([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+):(\/.*)$/;
/** The addresses alone: the name `localhost` may lead elsewhere (RFC 8252, 8.3). */
const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::([1-9]\d{0,4}))?(\/.*)$/;
/** Segments without escapes. None is empty or begins with a dot, so that a path has one spelling. */
const PATH = /^\/(?:[\w~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*\/?)?$/;
/** The makers of browsers: a scheme of theirs leads to a page, not to an app. */
const BROWSERS =
  /^(?:com\.(?:android|apple|brave|duckduckgo|google|microsoft|opera|samsung|sec|vivaldi)|org\.(?:chromium|mozilla))(?:\.|$)/;
const MAX_PORT = 65_535;

/**
 * Parses an address that leads back to a native app (RFC 8252, 7): with a reversed domain name as its scheme
 * (`com.example.app:/signed-in`), a loopback address without a port (`http://127.0.0.1/signed-in`), or an https address
 * that the app has claimed. It has no user, no escape and no `..`, and no query, which the service appends. Undefined
 * for anything else.
 */
export function parseAppRedirectUri(text: string): string | undefined {
  if (text.length > MAX_REDIRECT_URI_LENGTH) return undefined;
  const [, scheme, ownPath = ''] = CUSTOM.exec(text) ?? [];
  if (scheme !== undefined) return PATH.test(ownPath) && isReversedDomain(scheme) ? text : undefined;
  const [, , port, path] = LOOPBACK.exec(text) ?? [];
  if (path !== undefined) return port === undefined && PATH.test(path) ? text : undefined;
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
  const isRegistered = (resource.appRedirectUris ?? []).includes(registered);
  return isRegistered && parseAppRedirectUri(registered) === registered && !isOn(uri, service);
}

function isOn(uri: string, origin: string): boolean {
  return new URL(uri).origin === origin;
}

/** A loopback address as it is registered. All other texts stay as they are. */
function withoutPort(uri: string): string {
  const [, host, port, path] = LOOPBACK.exec(uri) ?? [];
  // Browsers leave out port 80, so with it an address would have two spellings.
  const isPort = port !== undefined && port !== '80' && Number(port) <= MAX_PORT;
  return isPort ? `${host}${path}` : uri;
}

/** A name below a suffix of the domain name system. No scheme of one word is, and none such as `soap.beep`. */
function isReversedDomain(scheme: string): boolean {
  const { domain, isIcann } = parseDomain(scheme.split('.').reverse().join('.'));
  return domain !== null && isIcann === true && !BROWSERS.test(scheme);
}
