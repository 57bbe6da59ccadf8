import { parseUrl } from '@countersign/protocol/parse-url';
import { parse as parseDomain } from 'tldts';
import { parseRedirectUri } from './redirect-uris.ts';
import type { Resource } from './resource.ts';

type OriginRules = Pick<Resource, 'allowedOrigins' | 'allowLocalhost'>;

/** Scheme and authority with nothing after it. URL parsing alone would accept blanks, backslashes, paths and users. */
const ORIGIN_SHAPE = /^(https?):\/\/[^\s/\\?#@%]+$/i;
/** Host characters that are safe in a Content-Security-Policy; a `;` there would begin another directive. */
const HOST_SHAPE = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])$/;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);
const WILDCARD = /^https:\/\/\*\./i;
/** Replaces the star while the rest is parsed as a URL. */
const STAR_LABEL = 'star';

/**
 * The canonical form of an entry of the allow list: an exact origin, or a one-label wildcard
 * (`https://*.shop.example`). Host in lower case and punycode, default port dropped. Undefined for anything else: http
 * other than loopback, paths, users, and wildcards right under a public suffix (also private ones such as `github.io`),
 * where strangers register.
 *
 * @example parseAllowedOrigin('HTTPS://Bücher.example:443') // 'https://xn--bcher-kva.example'
 */
export function parseAllowedOrigin(text: string): string | undefined {
  if (!WILDCARD.test(text)) return parseExactOrigin(text);
  const origin = parseExactOrigin(text.replace('*', STAR_LABEL));
  if (!origin) return undefined;
  const parent = new URL(origin).hostname.slice(STAR_LABEL.length + 1);
  const { domain } = parseDomain(parent, { allowPrivateDomains: true, validateHostname: false });
  return domain ? origin.replace(STAR_LABEL, '*') : undefined;
}

/**
 * True if a page of this origin may frame the widget. The origin must be in canonical form, as browsers send it:
 * `null`, the empty text and anything else is refused (SR-11). Entries are checked again, because the public suffixes
 * change.
 */
export function originAllowed(resource: OriginRules, origin: string): boolean {
  if (parseExactOrigin(origin) !== origin) return false;
  if (resource.allowLocalhost && isDevelopmentOrigin(origin)) return true;
  const wildcard = wildcardOver(origin);
  return resource.allowedOrigins.some(
    (entry) => (entry === origin || entry === wildcard) && parseAllowedOrigin(entry) === entry,
  );
}

/**
 * The origin that leads back to the site: the one that a page claims to come from, if the resource allows it or posts
 * results to it, else the first that the resource names. Never the service's own, which an administrator allows to try a
 * resource.
 */
export function siteOf(
  resource: OriginRules & Pick<Resource, 'redirectUris'>,
  claimed: string | undefined,
  service: string,
): string | undefined {
  const named = resource.allowedOrigins.filter((entry) => !entry.includes('*'));
  const targets = (resource.redirectUris ?? [])
    .filter((uri) => parseRedirectUri(uri) === uri)
    .map((uri) => new URL(uri).origin);
  return [claimed ?? '', ...named, ...targets].find(
    (origin) => origin !== service && (targets.includes(origin) || originAllowed(resource, origin)),
  );
}

function parseExactOrigin(text: string): string | undefined {
  const url = ORIGIN_SHAPE.test(text) ? parseUrl(text) : undefined;
  if (!url) return undefined;
  const { protocol, hostname, origin } = url;
  if (!HOST_SHAPE.test(hostname)) return undefined;
  return protocol === 'https:' || LOOPBACK.has(hostname) ? origin : undefined;
}

/** Any port of http://localhost and http://127.0.0.1. */
function isDevelopmentOrigin(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'http:' && (hostname === 'localhost' || hostname === '127.0.0.1');
}

/** The wildcard entry that would allow this origin: its first label as a star, so one label and never the bare domain. */
function wildcardOver(origin: string): string {
  return origin.replace(/^https:\/\/[^.]+\./, 'https://*.');
}
