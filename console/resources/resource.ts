import type { Appearance, Theme } from '@countersign/protocol/appearance';
import type { LinkName } from '@countersign/protocol/links';
import { parseUrl } from '@countersign/protocol/parse-url';
import type { Entry } from '../edit/inputs.ts';
import type { Fields } from '../service/conflict.ts';
import { t } from './i18n.ts';

/** The part of a resource that the console uses. */
export interface Resource extends Fields {
  id: string;
  name: string;
  enabled: boolean;
  methodPolicy: 'auto' | 'password' | 'otp' | 'password-otp';
  allowedOrigins: readonly string[];
  allowLocalhost: boolean;
  redirectUris: readonly string[];
  appRedirectUris: readonly string[];
  logo: string | null;
  hook: boolean;
  appearance: AppearanceView | null;
  links: LinksView | null;
  testMode: 'pass' | 'fail' | 'expire' | null;
  warnings: readonly string[];
  createdAt: number;
  createdBy: { kind: string; id?: string } | null;
}

/** A look as the API shows it: null for the usual value. */
export interface AppearanceView extends Record<Exclude<keyof Appearance, 'theme' | 'footer'>, string | null> {
  theme: Theme;
  footer: boolean;
}

export type LinksView = Record<LinkName, string | null>;

/** The properties of every tab of a resource. */
export interface TabProps {
  resource: Resource;
  version: string | undefined;
}

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;
const WILDCARD = 'https://*.';

/**
 * Reads an origin from a pasted address: scheme, host and port, without the rest. The service decides about wildcards
 * right below a public suffix.
 */
export function readOrigin(text: string): Entry {
  const typed = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${usualScheme(text)}://${text}`;
  const isWildcard = typed.toLowerCase().startsWith(WILDCARD);
  const plain = isWildcard ? `https://star.${typed.slice(WILDCARD.length)}` : typed;
  const url = parseUrl(plain);
  if (!url) return { mistake: t('originBad') };
  const { protocol, hostname, origin, username, password } = url;
  if (username !== '' || password !== '' || hostname === '') return { mistake: t('originBad') };
  if (protocol !== 'https:' && protocol !== 'http:') return { mistake: t('originBad') };
  if (protocol === 'http:' && !LOOPBACK.test(hostname)) return { mistake: t('originHttps') };
  if (/[*%]/.test(origin)) return { mistake: t('originStar') };
  return { value: isWildcard ? origin.replace('https://star.', WILDCARD) : origin };
}

/** Of an address without one. Servers on the developer's own machine rarely have a certificate. */
function usualScheme(text: string): 'http' | 'https' {
  return LOOPBACK.test(parseUrl(`http://${text}`)?.hostname ?? '') ? 'http' : 'https';
}

/** Reads an address that results may be posted to, in the form that browsers write. */
export function readRedirectUri(text: string): Entry {
  const url = parseUrl(text);
  if (!url) return { mistake: t('redirectBad') };
  const { protocol, hostname, href, hash, username, password } = url;
  if (hash !== '' || text.includes('#')) return { mistake: t('redirectFragment') };
  if (username !== '' || password !== '') return { mistake: t('redirectBad') };
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
  return isSafe ? { value: href } : { mistake: t('originHttps') };
}

/** Reads an address of a native app. The service checks the rest, such as the domain name of a scheme. */
export function readAppRedirectUri(text: string): Entry {
  const isWellFormed =
    /^(?:[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+:|http:\/\/(?:127\.0\.0\.1|\[::1\])|https:\/\/[^/?#@]+)\/[^?#]*$/;
  return isWellFormed.test(text) ? { value: text } : { mistake: t('appRedirectBad') };
}

/** Reads a key of the metadata of users. */
export function readMetadataKey(text: string): Entry {
  return /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(text) ? { value: text } : { mistake: t('claimMetadataBad') };
}

/** Whether a page of this origin may embed the widget, by the same rule as the service. */
export function allows(resource: Resource, origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  if (resource.allowLocalhost && protocol === 'http:' && /^(?:localhost|127\.0\.0\.1)$/.test(hostname)) return true;
  const wildcard = origin.replace(/^https:\/\/[^.]+\./, WILDCARD);
  return resource.allowedOrigins.some((entry) => entry === origin || entry === wildcard);
}
