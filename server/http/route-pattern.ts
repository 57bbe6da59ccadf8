import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { AppEnv } from './context.ts';

/**
 * The pattern of the route at the address of a request, such as `/v1/users/:id`. Undefined if there is none: then only
 * middleware for every path has matched.
 */
export function routePattern(c: Context<AppEnv>): string | undefined {
  const path = c.get('route') ?? matchedRoutes(c).at(-1)?.path;
  return path === undefined || path.endsWith('*') ? undefined : path;
}
