import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';
import { csp } from '../csp.ts';
import { withDefaultHeaders } from '../default-headers.ts';

interface SecurityHeadersOptions {
  /** True if the public URL is https: browsers then use nothing else for a year. */
  https: boolean;
}

/** Headers of every response unless its route sets them. */
export const DEFAULT_HEADERS = {
  // Only the widget's frame may be framed, and names its resource's origins (SR-13).
  'content-security-policy': csp({ 'base-uri': "'none'", 'form-action': "'none'" }),
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Adds the headers that the response does not set: a route relaxes one header by setting it, and only that one. */
export function securityHeaders(options: SecurityHeadersOptions): MiddlewareHandler<AppEnv> {
  const defaults: [string, string][] = Object.entries(DEFAULT_HEADERS);
  if (options.https) defaults.push(['strict-transport-security', 'max-age=31536000']);
  return function secureHeaders(c, next) {
    return withDefaultHeaders(c, next, defaults);
  };
}
