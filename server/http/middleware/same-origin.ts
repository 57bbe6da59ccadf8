import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';
import { refuse } from '../problem.ts';

/**
 * Refuses requests from pages of other origins. Browsers state the origin of a request, and pages cannot forge it. A
 * client that states none is not a browser, so there is no user's session to abuse: the handle alone counts.
 */
export function sameOrigin(issuer: string): MiddlewareHandler<AppEnv> {
  const own = new URL(issuer).origin;
  return async (c, next) => {
    if (!isSameOriginRequest(c.req.raw.headers, own)) return refuse(c, 'ORIGIN_NOT_ALLOWED');
    await next();
  };
}

/** True unless the headers state that another origin's page sent the request. */
export function isSameOriginRequest(headers: Headers, own: string): boolean {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  return (origin === null || origin === own) && (site === null || site === 'same-origin');
}
