import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Context } from 'hono';
import type { ClientInfo } from '../kernel/request-context.ts';
import type { AppEnv } from './context.ts';

/** The client's address and user agent, from a request. */
export function clientInfo(c: Context<AppEnv>): ClientInfo {
  const address = c.get('clientAddress');
  const userAgent = c.req.header('user-agent');
  return {
    ...omitUndefined({ address, userAgent }),
    requestId: c.get('requestId'),
    onAccount: (account) => c.set('account', account),
  };
}
