import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';
import { withDefaultHeaders } from '../default-headers.ts';

export interface SecurityHeadersOptions {
  /** The public URL is https: browsers are told to use nothing else for a year. */
  https: boolean;
}

/** What every answer carries unless its route says something else. */
export const DEFAULT_HEADERS = {
  // Framing is for the widget's frame alone, which names its resource's origins (SR-13).
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Fills in what the answer does not set itself: a route relaxes one header by setting it, and only that one. */
export function securityHeaders(options: SecurityHeadersOptions): MiddlewareHandler<AppEnv> {
  const defaults: [string, string][] = Object.entries(DEFAULT_HEADERS);
  if (options.https) defaults.push(['strict-transport-security', 'max-age=31536000']);
  return function secureHeaders(c, next) {
    return withDefaultHeaders(c, next, defaults);
  };
}
