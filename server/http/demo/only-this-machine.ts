import type { MiddlewareHandler } from 'hono';
import { isLoopbackHost } from '../../kernel/addresses.ts';
import type { AppEnv } from '../context.ts';
import { refuse } from '../problem.ts';

/** What reverse proxies and tunnels add. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/**
 * Refuses requests that did not come straight from this machine: those for another host name, with which a page of
 * another site could read responses (DNS rebinding), and those of a proxy that makes the demo public (SR-42).
 */
export function onlyThisMachine(): MiddlewareHandler<AppEnv> {
  return async function refuseOthers(c, next) {
    const isDirect = PROXY_HEADERS.every((name) => c.req.header(name) === undefined);
    if (isDirect && isLoopbackHost(new URL(c.req.url).hostname)) return next();
    return refuse(c, 'NOT_FOUND', { detail: 'The demo responds to this machine only, without a proxy.' });
  };
}
