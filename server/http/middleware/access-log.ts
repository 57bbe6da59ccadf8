import type { MiddlewareHandler } from 'hono';
import type { RequestObserver } from '../../kernel/ports/request-observer.ts';
import type { AppEnv } from '../context.ts';
import { routePattern } from '../route-pattern.ts';

const MAX_PATH_LENGTH = 256;

interface AccessLogOptions {
  /** Paths of frequent probes; logged at `debug`. */
  quiet?: readonly string[];
  /** Monotonic milliseconds. */
  monotonicMs?: () => number;
  observer?: RequestObserver | undefined;
}

/**
 * One line per request, with what is safe to store: no query, no header, no body (SR-35). `path` is the decoded path;
 * the logger itself makes hostile characters harmless and hides API keys (SR-26, SR-36).
 */
export function accessLog(options: AccessLogOptions = {}): MiddlewareHandler<AppEnv> {
  const quiet = new Set(options.quiet ?? []);
  const { observer } = options;
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
    observer?.answered({ id, route: routePattern(c), method, status, code, ms });
    const level = status >= 500 ? 'warn' : quiet.has(path) ? 'debug' : 'info';
    c.get('log')[level](
      {
        method,
        path: path.length > MAX_PATH_LENGTH ? `${path.slice(0, MAX_PATH_LENGTH)}…` : path,
        status,
        code,
        client: c.get('clientAddress'),
        ms: Math.round(ms * 100) / 100,
      },
      'request',
    );
  };
}
