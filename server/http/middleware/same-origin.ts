import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';
import { refuse } from '../problem.ts';

/** The origins of the service's own pages. */
export interface ServiceOrigins {
  /** The public URL. */
  issuer: string;
  /** Further ones, which have the widget and the pages for users. Absent: none. */
  relatedOrigins?: readonly string[] | undefined;
}

/**
 * Refuses requests from pages of other origins. Browsers state the origin of a request, and pages cannot forge it. A
 * client that states none is not a browser, so there is no user's session to abuse: the handle alone counts.
 */
export function sameOrigin({ issuer, relatedOrigins = [] }: ServiceOrigins): MiddlewareHandler<AppEnv> {
  const own = [new URL(issuer).origin, ...relatedOrigins];
  return async (c, next) => {
    if (!isSameOriginRequest(c.req.raw.headers, own)) return refuse(c, 'ORIGIN_NOT_ALLOWED');
    await next();
  };
}

/** True unless the headers state that another origin's page sent the request. */
export function isSameOriginRequest(headers: Headers, own: readonly string[]): boolean {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  return (origin === null || own.includes(origin)) && (site === null || site === 'same-origin');
}
