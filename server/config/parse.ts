import { isIP } from 'node:net';
import { parseUrl } from '@countersign/protocol/parse-url';
import { getDomain, parse as parseDomain } from 'tldts';
import { isLoopbackHost } from '../kernel/addresses.ts';
import { CODE_CHANNELS, type CodeChannel } from '../kernel/code-channel.ts';
import { isEmailShape } from '../kernel/names.ts';

/** An origin without path, query, fragment or credentials; https except on loopback. Without a slash at the end. */
export function parsePublicUrl(text: string): string | undefined {
  const url = parseUrl(text);
  if (!url) return undefined;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname))) return undefined;
  // `https://host/?` and `https://host/#` have empty search and hash; the text must be only the origin.
  const bare = text.endsWith('/') ? text.slice(0, -1) : text;
  return bare.toLowerCase() === url.origin || bare.toLowerCase() === withDefaultPort(url) ? url.origin : undefined;
}

function withDefaultPort(url: URL): string {
  return `${url.origin}:${url.protocol === 'https:' ? 443 : 80}`;
}

/** A host name as WebAuthn compares it: no port, no address. */
export function parseRpId(text: string): string | undefined {
  return text.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(text)
    ? text
    : undefined;
}

/**
 * True if browsers let pages of this URL use passkeys of that domain: the host itself, or a registrable domain above it
 * (HTML, "is a registrable domain suffix of or is equal to").
 */
export function mayUseRpId(url: string, rpId: string): boolean {
  const { hostname } = new URL(url);
  if (hostname === rpId) return true;
  return hostname.endsWith(`.${rpId}`) && getDomain(rpId, { allowPrivateDomains: true }) !== null;
}

/** Browsers ignore the origins of further names (WebAuthn level 3, section 5.11.1). */
const MAX_RELATED_NAMES = 5;

/**
 * Different origins as browsers write them: https, a registrable domain or one below it in lower case and punycode, no
 * default port, nothing after. Origins count as one name if only their public suffixes differ (`example.com`,
 * `www.example.co.uk`).
 */
export function parseRelatedOrigins(text: string): string[] | undefined {
  const origins = text.split(',').map((part) => part.trim());
  const names = origins.map(nameOfOrigin);
  const isWithin = new Set(names).size <= MAX_RELATED_NAMES && new Set(origins).size === origins.length;
  return isWithin && !names.includes(undefined) ? origins : undefined;
}

function nameOfOrigin(text: string): string | undefined {
  const url = parseUrl(text);
  if (url?.protocol !== 'https:' || url.origin !== text || parseRpId(url.hostname) === undefined) return undefined;
  return parseDomain(url.hostname, { allowPrivateDomains: true }).domainWithoutSuffix || undefined;
}

export function parseListen(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(0|[1-9]\d{0,4})$/.exec(text);
  if (!match) return undefined;
  const [, v6, name] = match;
  const port = Number(match[3]);
  const host = v6 ?? name;
  if (host === undefined || port > 65_535) return undefined;
  if (v6 !== undefined && isIP(v6) !== 6) return undefined;
  return { host, port };
}

interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte (`smtps`); otherwise STARTTLS. */
  implicitTls: boolean;
  user?: string;
  password?: string;
}

/** `smtps://user:password@host:465` or `smtp://host:587`, percent-encoded; nothing after the port. */
export function parseSmtpUrl(text: string): SmtpServer | undefined {
  const url = /^smtps?:\/\/[^\s/?#]+\/?$/.test(text) ? parseUrl(text) : undefined;
  if (!url || url.hostname === '' || (url.username === '') !== (url.password === '')) return undefined;
  const implicitTls = url.protocol === 'smtps:';
  try {
    return {
      host: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
      port: url.port === '' ? (implicitTls ? 465 : 587) : Number(url.port),
      implicitTls,
      ...(url.username !== '' && {
        user: decodeURIComponent(url.username),
        password: decodeURIComponent(url.password),
      }),
    };
  } catch {
    return undefined;
  }
}

/** `auth@shop.example`, or `Shop sign-in <auth@shop.example>`. */
export function parseSender(text: string): { name: string; address: string } | undefined {
  const match = /^(?:([^<>"\p{Cc}]{1,100})<([^<>\s]+)>|([^<>\s"]+))$/u.exec(text.trim());
  const address = match?.[2] ?? match?.[3];
  if (address === undefined || !isEmailShape(address) || /[,;:()[\]\\]/.test(address)) return undefined;
  return { name: (match?.[1] ?? '').trim(), address };
}

/** An email address, also with `mailto:`, or an https URL. Answers a URI. */
export function parseContact(text: string): string | undefined {
  const address = text.replace(/^mailto:/, '');
  if (isEmailShape(address) && !/[\s<>?&%:/]/.test(address)) return `mailto:${address}`;
  return text.startsWith('https:') && !/\s/.test(text) ? parseSecureUrl(text) : undefined;
}

/**
 * Validates a URL of one Redis, of Sentinel or of a Cluster, with TLS (`rediss`) or without, or of a Unix socket. It may
 * list several hosts separated by commas, which URL cannot parse; the adapter parses it.
 */
export function parseRedisUrl(text: string): true | undefined {
  const isSocket = /^unix:\/\/(?:[^@/\s]*@)?\/[^?#\s]+$/.test(text);
  return (
    isSocket || /^rediss?(?:\+sentinel|\+cluster)?:\/\/(?:[^@\s]*@)?[^/?#\s]+(?:[/?#]\S*)?$/.test(text) || undefined
  );
}

/** An https URL, or http on loopback, without credentials. */
export function parseSecureUrl(text: string): string | undefined {
  const url = parseUrl(text);
  if (!url) return undefined;
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname)) ? url.href : undefined;
}

/** The absolute path of a folder, the URL of a bucket without a slash at its end, or `none`. */
export type ArchiveLocation =
  | { readonly kind: 'none' }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'bucket'; readonly url: string };

export function parseArchive(text: string): ArchiveLocation | undefined {
  if (text === 'none') return { kind: 'none' };
  // A relative one may be a URL whose `https://` was forgotten.
  if (text.startsWith('/')) return text.includes('\0') ? undefined : { kind: 'folder', path: text };
  const url = parseSecureUrl(text);
  return url === undefined || url.includes('?') ? undefined : { kind: 'bucket', url: url.replace(/\/+$/, '') };
}

/** Where the audit feed goes. */
export type FeedTarget =
  | { readonly kind: 'output' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'syslog'; readonly host: string; readonly port: number; readonly isTls: boolean };

/** `stdout:`, `file:///path`, `syslog+tls://host:6514` or `syslog+tcp://host:601`, with nothing after it. */
export function parseFeedTarget(text: string): FeedTarget | undefined {
  if (text === 'stdout:') return { kind: 'output' };
  const path = /^file:\/\/(\/[^?#%\0]*[^/?#%\0])$/.exec(text)?.[1];
  if (path !== undefined) return { kind: 'file', path };
  const [, scheme, address = ''] = /^syslog\+(tls|tcp):\/\/(.*)$/.exec(text) ?? [];
  const receiver = parseListen(address);
  if (scheme === undefined || !receiver || receiver.port === 0) return undefined;
  return { kind: 'syslog', ...receiver, isTls: scheme === 'tls' };
}

export function parseChannels(text: string): CodeChannel[] | undefined {
  const channels = text.split(',').map((part) => part.trim());
  const known = CODE_CHANNELS.filter((channel) => channels.includes(channel));
  return known.length === channels.length ? known : undefined;
}
