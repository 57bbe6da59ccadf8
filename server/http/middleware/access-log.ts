import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { RequestObserver } from '../../kernel/ports/request-observer.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import type { AppEnv } from '../context.ts';
import { createPathFilter } from '../logged-path.ts';

interface AccessLogOptions {
  /** Paths of frequent probes; logged at `debug`. */
  quiet?: readonly string[];
  /** Monotonic milliseconds. */
  monotonicMs?: () => number;
  observer?: RequestObserver | undefined;
  /** The patterns of all routes: the words that a path may show. */
  patterns?: () => Iterable<string>;
}

/**
 * One line per request, with what is safe to store: no query, no header, no body (SR-35). `path` shows what is ours of
 * the path; the logger itself makes hostile characters harmless and hides API keys (SR-26, SR-36).
 */
export function accessLog(options: AccessLogOptions = {}): MiddlewareHandler<AppEnv> {
  const quiet = new Set(options.quiet ?? []);
  const { observer, patterns = () => [] } = options;
  const filterPath = createPathFilter(patterns);
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  return async function logAccess(c, next) {
    const startedMs = monotonicMs();
    const id = c.get('requestId');
    observer?.started(id);
    await next();
    const ms = monotonicMs() - startedMs;
    const { status } = c.res;
    const { method, path } = c.req;
    const code = c.get('refusal');
    const route = routePattern(c);
    observer?.answered({ id, route, method, status, code, ms });
    const level = status >= 500 ? 'warn' : quiet.has(path) ? 'debug' : 'info';
    c.get('log')[level](
      {
        method,
        path: path === route ? path : filterPath(path),
        route,
        status,
        code,
        account: c.get('account'),
        ...callerOf(c.get('act')),
        client: c.get('clientAddress'),
        ms: Math.round(ms * 100) / 100,
      },
      'request',
    );
  };
}

/**
 * The pattern of the route at the address of a request, such as `/v1/users/:id`. Undefined if there is none: then only
 * middleware for every path has matched.
 */
export function routePattern(c: Context<AppEnv>): string | undefined {
  const path = c.get('route') ?? matchedRoutes(c).at(-1)?.path;
  return path === undefined || path.endsWith('*') ? undefined : path;
}

/** The account, and the API key: on the request itself, or of an administrator's backend in the dialect. */
function callerOf(act: RequestContext | undefined): { account?: string; key?: string | undefined } {
  if (!act) return {};
  const { actor } = act;
  const key = actor.kind === 'api-key' ? actor.id : actor.kind === 'administrator' ? actor.through : undefined;
  return { account: actor.account, key };
}
