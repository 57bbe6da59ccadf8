import type { ResultClaims } from '@countersign/protocol/result';
import type { Resource } from '../../resources/resource.ts';

/** Where the caller expects that the user signed in. */
export interface ExpectedOrigin {
  /** Of the page, as browsers write it. */
  origin?: string | undefined;
  /** Whether it was a native app and not a page. Default: a page. */
  app?: boolean | undefined;
}

type Origins = Pick<Resource, 'allowedOrigins' | 'allowLocalhost' | 'redirectUris' | 'appRedirectUris'>;

/**
 * Whether the caller has to name the origin, because results of the resource come from several pages, or from apps too:
 * otherwise a result of one is used for another (SR-80). An app needs no origin, since its result has the service's.
 */
export function mustNameOrigin(resource: Origins, { origin, app }: ExpectedOrigin): boolean {
  if (origin !== undefined || app === true) return false;
  const pages = new Set([
    ...resource.allowedOrigins,
    ...(resource.redirectUris ?? []).map((uri) => new URL(uri).origin),
  ]);
  const isPattern = resource.allowedOrigins.some((entry) => entry.includes('*'));
  return isPattern || pages.size + Number(resource.allowLocalhost) > 1 || (resource.appRedirectUris ?? []).length > 0;
}

/** A result of an app is never one of a page, nor the reverse. */
export function isFromExpectedOrigin(
  claims: Pick<ResultClaims, 'origin' | 'app'>,
  { origin, app = false }: ExpectedOrigin,
): boolean {
  return (claims.app === true) === app && (origin === undefined || origin === claims.origin);
}
