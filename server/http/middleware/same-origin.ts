import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';
import { refuse } from '../problem.ts';

/**
 * Only our own pages talk to these addresses. Browsers say where a request comes from, and pages cannot make them lie;
 * a request that says another origin is a forgery. A client that says nothing is no browser, so there is no person
 * whose session it could ride on: the handle alone counts.
 */
export function sameOrigin(issuer: string): MiddlewareHandler<AppEnv> {
  const own = new URL(issuer).origin;
  return async (c, next) => {
    if (!fromOwnPages(c.req.raw.headers, own)) return refuse(c, 'ORIGIN_NOT_ALLOWED');
    await next();
  };
}

/** Whether nothing in the headers says that another origin's page sent this. */
export function fromOwnPages(headers: Headers, own: string): boolean {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  return (origin === null || origin === own) && (site === null || site === 'same-origin');
}
