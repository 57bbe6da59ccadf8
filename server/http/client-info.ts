import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Context } from 'hono';
import { acceptedLanguages } from '../kernel/accept-language.ts';
import type { ClientInfo } from '../kernel/request-context.ts';
import type { AppEnv } from './context.ts';

/** The client's address and user agent, from a request. */
export function clientInfo(c: Context<AppEnv>): ClientInfo {
  const address = c.get('clientAddress');
  const userAgent = c.req.header('user-agent');
  const [language] = acceptedLanguages(c.req.header('accept-language'));
  return {
    ...omitUndefined({ address, userAgent, language }),
    requestId: c.get('requestId'),
    onAccount: (account) => c.set('account', account),
  };
}
