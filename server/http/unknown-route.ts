import type { Hono, NotFoundHandler } from 'hono';
import type { AppEnv } from './context.ts';
import { refuse } from './problem.ts';

/**
 * Responds when no route matches: 405 with `Allow` if the address exists with other methods (RFC 9110 15.5.6), else
 * 404.
 */
export function unknownRoute(app: Hono<AppEnv>): NotFoundHandler<AppEnv> {
  let known: { pattern: RegExp; method: string }[] | undefined;
  return (c) => {
    known ??= app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => ({ method, pattern: patternOf(path) }));
    const { path } = c.req;
    const allowed = new Set(known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method));
    if (allowed.size === 0) return refuse(c, 'NOT_FOUND');
    if (allowed.has('GET')) allowed.add('HEAD');
    return refuse(c, 'METHOD_NOT_ALLOWED', { headers: { allow: [...allowed].sort().join(', ') } });
  };
}

/** `/users/:id` and `/:path{.+}` as regular expressions; only the dot needs escaping in our paths. */
function patternOf(path: string): RegExp {
  const source = path
    .replace(/\./g, '\\.')
    .replace(/:\w+\{\\\.\+\}/g, '.+')
    .replace(/:\w+/g, '[^/]+');
  return new RegExp(`^${source}$`);
}
