import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';
import { refuse } from '../problem.ts';

/**
 * For addresses that only our own pages talk to. Browsers say where a request comes from, and pages cannot make them lie;
 * a request that says another origin is a forgery. A client that says nothing is no browser, so there is no person
 * whose session it could ride on.
 */
export function sameOrigin(issuer: string): MiddlewareHandler<AppEnv> {
  const own = new URL(issuer).origin;
  return async (c, next) => {
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    if (origin !== undefined && origin !== own) return refuse(c, 'ORIGIN_NOT_ALLOWED');
    if (site !== undefined && site !== 'same-origin') return refuse(c, 'ORIGIN_NOT_ALLOWED');
    await next();
  };
}
