import type { MiddlewareHandler } from 'hono';
import type { Tracer } from '../../kernel/ports/tracer.ts';
import type { AppEnv } from '../context.ts';
import { routePattern } from './access-log.ts';
import { addressBook } from './client-address.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * A span for each request, and its trace in every line of the log about it. A `traceparent` counts from a trusted proxy
 * alone: a client could name the trace of another request, or ask for all of its own to be recorded.
 *
 * @param quiet paths without a span: probes
 */
export function traceRequests(
  tracer: Tracer,
  { trustedProxies, quiet }: { trustedProxies: readonly string[]; quiet: readonly string[] },
): MiddlewareHandler<AppEnv> {
  const known = addressBook(trustedProxies);
  return function traceRequest(c, next) {
    if (quiet.includes(c.req.path)) return next();
    const peer = c.env?.incoming?.socket?.remoteAddress;
    const isTrusted = peer !== undefined && known(peer)?.trusted === true;
    return tracer.request(isTrusted ? c.req.header('traceparent') : undefined, async (span) => {
      c.set('log', c.get('log').child({ traceId: span.traceId }));
      try {
        await next();
      } finally {
        const route = routePattern(c);
        const method = METHODS.has(c.req.method) ? c.req.method : '_OTHER';
        const { status } = c.res;
        const code = c.get('refusal');
        span.end(
          `${method} ${route ?? 'unmatched'}`,
          {
            'http.request.method': method,
            'http.response.status_code': status,
            ...(route !== undefined && { 'http.route': route }),
            ...(code !== undefined && { 'countersign.code': code }),
          },
          status >= 500 ? 'error' : 'ok',
        );
      }
    });
  };
}
