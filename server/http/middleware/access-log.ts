import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';

const MAX_PATH_LENGTH = 256;

interface AccessLogOptions {
  /** Paths of frequent probes; logged at `debug`. */
  quiet?: readonly string[];
  /** Monotonic milliseconds. */
  monotonicMs?: () => number;
}

/**
 * One line per request, with what is safe to store: no query, no header, no body (SR-35). `path` is the decoded path;
 * the logger itself makes hostile characters harmless and hides API keys (SR-26, SR-36).
 */
export function accessLog(options: AccessLogOptions = {}): MiddlewareHandler<AppEnv> {
  const quiet = new Set(options.quiet ?? []);
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  return async function logAccess(c, next) {
    const startedMs = monotonicMs();
    await next();
    const status = c.res.status;
    const path = c.req.path;
    const level = status >= 500 ? 'warn' : quiet.has(path) ? 'debug' : 'info';
    c.get('log')[level](
      {
        method: c.req.method,
        path: path.length > MAX_PATH_LENGTH ? `${path.slice(0, MAX_PATH_LENGTH)}…` : path,
        status,
        code: c.get('refusal'),
        client: c.get('clientAddress'),
        ms: Math.round((monotonicMs() - startedMs) * 100) / 100,
      },
      'request',
    );
  };
}
