import type { ApiScope } from '@countersign/protocol/api-keys';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { CSRF_HEADER } from '@countersign/protocol/session';
import type { Context, MiddlewareHandler, Next } from 'hono';
import { accountDocument } from '../accounts/documents.ts';
import { authenticateSession } from '../administration/login/authenticate-session.ts';
import { csrfToken } from '../administration/session.ts';
import { actorOf } from '../administrators/administrator.ts';
import type { ApiKey } from '../api-keys/api-key.ts';
import { authenticateApiKey } from '../api-keys/authenticate-api-key.ts';
import { isSigned } from '../billing/payment-signature.ts';
import type { Access, RouteScope } from '../http/api/route.ts';
import { refuseResult } from '../http/api/router.ts';
import { clientInfo } from '../http/client-info.ts';
import type { AppEnv } from '../http/context.ts';
import { isSameOriginRequest } from '../http/middleware/same-origin.ts';
import { refuse } from '../http/problem.ts';
import { readSessionCookie } from '../http/session-cookie.ts';
import type { Actor } from '../kernel/actor.ts';
import { parseId } from '../kernel/ids.ts';
import type { Ports, ReadPorts } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { isSameSecret } from '../kernel/secret-token.ts';

/** The header that names the account in which the operator acts. */
export const ACCOUNT_HEADER = 'countersign-account';

type KeysOfBody = NonNullable<Access['readAhead']>;

const BEARER = /^Bearer ([\x21-\x7e]{1,200})$/i;
const SAFE = new Set(['GET', 'HEAD']);

export type AuthorizationPorts = Pick<Ports, 'store' | 'clock' | 'random' | 'administratorFactors' | 'reportFault'> & {
  /** Signs messages of the payment service. */
  paymentSecret?: Uint8Array | undefined;
};

/** Refuses every caller outside the scope. */
export function authorize(
  ports: AuthorizationPorts,
  scope: Exclude<RouteScope, 'public'>,
  readAhead?: KeysOfBody,
): MiddlewareHandler<AppEnv> {
  switch (scope) {
    case 'session':
      return requireSession(ports);
    case 'operator':
      return requireOperator;
    case 'operator-account':
      return async (c, next) => (isOperator(c) ? asOperator(ports, c, next) : refuse(c, 'NOT_FOUND'));
    case 'payments':
      return requirePaymentSignature(ports);
    default:
      return requireScope(ports, scope, readAhead);
  }
}

/**
 * Requires a valid API key with the scope, in the Authorization header and nowhere else (SR-26), or an administrator's
 * session (SR-29). Never both. A session has no scopes: every use-case checks the rights of its administrator. It never
 * authenticates other users, which is for a site's backend.
 */
function requireScope(ports: AuthorizationPorts, scope: ApiScope, keysOf?: KeysOfBody): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (isOperator(c)) return asOperator(ports, c, next);
    const header = c.req.header('authorization');
    const cookie = readSessionCookie(c);
    if (header !== undefined && cookie !== undefined) return refuse(c, 'CREDENTIALS_AMBIGUOUS');
    if (cookie !== undefined) {
      const refused = await admitSession(ports, c, cookie);
      if (refused) return refused;
      if (scope === 'authenticate') return refuse(c, 'FORBIDDEN');
      return next();
    }
    if (header === undefined) return refuse(c, 'API_KEY_MISSING');
    const text = BEARER.exec(header)?.[1];
    if (text === undefined) return refuse(c, 'API_KEY_INVALID');
    const body = keysOf && (await c.req.json<unknown>().catch(() => undefined));
    const outcome = await authenticateApiKey(ports, text, (account) => keysOf?.(body, account, ports.store) ?? []);
    if (isRefusal(outcome)) return refuseResult(c, outcome);
    // A key limited to resources has no access to the account's other objects.
    const confined = scope !== 'authenticate' && outcome.key.resources !== undefined;
    if (confined || !outcome.key.scopes.includes(scope)) return refuse(c, 'SCOPE_MISSING');
    c.set('act', { actor: keyActor(outcome.key), ...clientInfo(c) });
    c.set('store', outcome.store);
    await next();
  };
}

function requireSession(ports: AuthorizationPorts): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const cookie = readSessionCookie(c);
    if (c.req.header('authorization') !== undefined) {
      return refuse(c, cookie === undefined ? 'SESSION_NEEDED' : 'CREDENTIALS_AMBIGUOUS');
    }
    if (cookie === undefined) return refuse(c, 'SESSION_NEEDED');
    const refused = await admitSession(ports, c, cookie);
    if (refused) return refused;
    await next();
  };
}

const requireOperator: MiddlewareHandler<AppEnv> = async (c, next) => (isOperator(c) ? next() : refuse(c, 'NOT_FOUND'));

/** Only the operator's socket sets this, and no request can. */
function isOperator(c: Context<AppEnv>): boolean {
  return c.env?.operator === true;
}

/** A repeated message, replayed or resent, passes here: the reference of the payment is booked once. */
function requirePaymentSignature({ paymentSecret, clock }: AuthorizationPorts): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const body = new Uint8Array(await c.req.arrayBuffer());
    const headers = {
      id: c.req.header('webhook-id'),
      timestamp: c.req.header('webhook-timestamp'),
      signature: c.req.header('webhook-signature'),
    };
    const isValid = paymentSecret !== undefined && isSigned(paymentSecret, headers, body, clock.now());
    return isValid ? next() : refuse(c, 'SIGNATURE_INVALID');
  };
}

/**
 * Sets the actor, or returns the refusal. Browsers attach the cookie to requests of any page, so a change must come
 * from our own pages and carry the CSRF token that only they can read.
 */
async function admitSession(
  ports: AuthorizationPorts,
  c: Context<AppEnv>,
  cookie: string,
): Promise<Response | undefined> {
  const { origin } = c.get('sessionCookie') ?? { origin: '' };
  if (!isSameOriginRequest(c.req.raw.headers, [origin])) return refuse(c, 'ORIGIN_NOT_ALLOWED');
  const outcome = await authenticateSession(ports, cookie);
  if (isRefusal(outcome)) return refuseResult(c, outcome);
  if (!SAFE.has(c.req.method) && !isSameSecret(c.req.header(CSRF_HEADER) ?? '', csrfToken(outcome.secret))) {
    return refuse(c, 'CSRF_INVALID');
  }
  c.set('session', outcome);
  c.set('act', { actor: actorOf(outcome.account, outcome.administrator), ...clientInfo(c) });
  return undefined;
}

function keyActor({ account, id, scopes, resources }: ApiKey): Actor {
  return { kind: 'api-key', account, id, scopes, ...omitUndefined({ resources }) };
}

/** A caller of the operator's socket can read the server's files too. The request names the account. */
async function asOperator(ports: ReadPorts, c: Context<AppEnv>, next: Next) {
  const account = parseId('acc', c.req.header(ACCOUNT_HEADER));
  const [stored] = account ? await ports.store.getMany([accountDocument.key(account)], ports.clock.now()) : [];
  if (!account || !stored) return refuse(c, 'ACCOUNT_NOT_FOUND');
  c.set('act', { actor: { kind: 'operator', account }, requestId: c.get('requestId') });
  await next();
}
