import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';
import { withDefaultHeaders } from '../default-headers.ts';
import type { Logger } from '../log.ts';

/**
 * Gives every request an id, for responses and logs. Always a fresh one: a client could choose an id that collides with
 * that of another request in the log.
 */
export function requestId(log: Logger): MiddlewareHandler<AppEnv> {
  return function nameRequest(c, next) {
    const id = randomUUID();
    c.set('requestId', id);
    c.set('log', log.child({ requestId: id }));
    return withDefaultHeaders(c, next, [['x-request-id', id]]);
  };
}
