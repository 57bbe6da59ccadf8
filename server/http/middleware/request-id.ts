import { randomUUID } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';
import { withDefaultHeaders } from '../default-headers.ts';
import type { Logger } from '../log.ts';

/**
 * Names every request, for answers and logs. Always a fresh name of ours: one taken from the client could be made to
 * collide with, or pose as, somebody else's in the log.
 */
export function requestId(log: Logger): MiddlewareHandler<AppEnv> {
  return function nameRequest(c, next) {
    const id = randomUUID();
    c.set('requestId', id);
    c.set('log', log.child({ requestId: id }));
    return withDefaultHeaders(c, next, [['x-request-id', id]]);
  };
}
