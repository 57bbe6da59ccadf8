import { CSRF_HEADER } from '@countersign/protocol/session';
import type { Context, MiddlewareHandler, Next } from 'hono';
import { accountDocument } from '../../accounts/documents.ts';
import { actorOf } from '../../administrators/administrator.ts';
import { authenticateSession } from '../../administrators/login/authenticate-session.ts';
import { csrfToken } from '../../administrators/session.ts';
import type { ApiKey } from '../../api-keys/api-key.ts';
import { authenticateApiKey } from '../../api-keys/authenticate-api-key.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { ApiScope } from '../../kernel/api-scope.ts';
import { isSameSecret } from '../../kernel/constant-time.ts';
import { parseId, type ResourceId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { clientInfo } from '../client-info.ts';
import type { AppEnv } from '../context.ts';
import { fromOwnPages } from '../middleware/same-origin.ts';
import { refuse } from '../problem.ts';
import { sentSession } from '../session-cookie.ts';
import { refuseResult } from './router.ts';

/** Names the account that the operator acts in. */
export const ACCOUNT_HEADER = 'countersign-account';

const BEARER = /^Bearer ([\x21-\x7e]{1,200})$/i;
const SAFE = new Set(['GET', 'HEAD']);

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

/**
 * Lets in whoever shows a living API key with the scope, in the Authorization header and nowhere else (SR-26), or the
 * session of an administrator (SR-29). Never both. A session has no scopes: what its administrator may do, every use-case
 * asks; but it authenticates nobody else, which is for a site's backend.
 */
export function authorize(ports: Needs, scope: ApiScope): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (c.env?.operator === true) return asOperator(ports, c, next);
    const header = c.req.header('authorization');
    const cookie = sentSession(c);
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
    const verdict = await authenticateApiKey(ports, text);
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    // A key that is confined to resources has no business with the account's other objects.
    const confined = scope !== 'authenticate' && verdict.key.resources !== undefined;
    if (confined || !verdict.key.scopes.includes(scope)) return refuse(c, 'SCOPE_MISSING');
    c.set('act', { actor: keyActor(verdict.key), ...clientInfo(c) });
    await next();
  };
}

/** Lets in administrators themselves, by their session alone. */
export function authorizeSession(ports: Needs): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const cookie = sentSession(c);
    if (c.req.header('authorization') !== undefined) {
      return refuse(c, cookie === undefined ? 'SESSION_NEEDED' : 'CREDENTIALS_AMBIGUOUS');
    }
    if (cookie === undefined) return refuse(c, 'SESSION_NEEDED');
    const refused = await admitSession(ports, c, cookie);
    if (refused) return refused;
    await next();
  };
}

/**
 * Sets who acts, or answers why not. A browser sends the cookie along whoever made it send the request, so what changes
 * something must come from our own pages, and carry what only they can read.
 */
async function admitSession(ports: Needs, c: Context<AppEnv>, cookie: string): Promise<Response | undefined> {
  const { origin } = c.get('sessionDoor') ?? { origin: '' };
  if (!fromOwnPages(c.req.raw.headers, origin)) return refuse(c, 'ORIGIN_NOT_ALLOWED');
  const verdict = await authenticateSession(ports, cookie);
  if (isRefusal(verdict)) return refuseResult(c, verdict);
  if (!SAFE.has(c.req.method) && !isSameSecret(c.req.header(CSRF_HEADER) ?? '', csrfToken(verdict.secret))) {
    return refuse(c, 'CSRF_INVALID');
  }
  c.set('session', verdict);
  c.set('act', { actor: actorOf(verdict.account, verdict.administrator), ...clientInfo(c) });
  return undefined;
}

function keyActor({ account, id, scopes, resources }: ApiKey): Actor {
  return { kind: 'api-key', account, id, scopes, ...(resources && { resources }) };
}

/** Over the operator's socket: whoever may open that has the server's files as well. The request names the account. */
async function asOperator(ports: Pick<Ports, 'store' | 'clock'>, c: Context<AppEnv>, next: Next) {
  const account = parseId('acc', c.req.header(ACCOUNT_HEADER));
  const [stored] = account ? await ports.store.getMany([accountDocument.key(account)], ports.clock.now()) : [];
  if (!account || !stored) return refuse(c, 'ACCOUNT_NOT_FOUND');
  c.set('act', { actor: { kind: 'operator', account }, requestId: c.get('requestId') });
  await next();
}

/** Whether a key may authenticate and consume for this resource. */
export function mayUse(actor: Actor, resource: ResourceId): boolean {
  return actor.kind === 'api-key' && (actor.resources === undefined || actor.resources.includes(resource));
}
