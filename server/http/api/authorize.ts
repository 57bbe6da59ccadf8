import type { Context, MiddlewareHandler, Next } from 'hono';
import type { Actor } from '../../domain/actor.ts';
import type { ApiKey, ApiScope } from '../../domain/api-key.ts';
import { parseId, type ResourceId } from '../../domain/ids.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { authenticateApiKey } from '../../usecases/authenticate-api-key.ts';
import { isRefusal } from '../../usecases/verdict.ts';
import type { AppEnv } from '../context.ts';
import { refuse } from '../problem.ts';
import { whenceOf } from '../whence.ts';
import { refuseVerdict } from './api.ts';

/** Names the account that the operator acts in. */
export const ACCOUNT_HEADER = 'countersign-account';

const BEARER = /^Bearer ([\x21-\x7e]{1,200})$/i;

/** Lets in whoever shows a living API key with the scope, in the Authorization header and nowhere else (SR-26). */
export function authorize(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  scope: ApiScope,
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    if (c.env?.operator === true) return asOperator(ports, c, next);
    const header = c.req.header('authorization');
    if (header === undefined) return refuse(c, 'API_KEY_MISSING');
    const text = BEARER.exec(header)?.[1];
    if (text === undefined) return refuse(c, 'API_KEY_INVALID');
    const verdict = await authenticateApiKey(ports, text);
    if (isRefusal(verdict)) return refuseVerdict(c, verdict);
    // A key that is confined to resources has no business with the account's other objects.
    const confined = scope !== 'authenticate' && verdict.key.resources !== undefined;
    if (confined || !verdict.key.scopes.includes(scope)) return refuse(c, 'SCOPE_MISSING');
    c.set('act', { actor: keyActor(verdict.key), ...whenceOf(c) });
    await next();
  };
}

function keyActor({ account, id, scopes, resources }: ApiKey): Actor {
  return { kind: 'api-key', account, id, scopes, ...(resources && { resources }) };
}

/** Over the operator's socket: whoever may open that has the server's files as well. The request names the account. */
async function asOperator(ports: Pick<Ports, 'store' | 'clock'>, c: Context<AppEnv>, next: Next) {
  const account = parseId('acc', c.req.header(ACCOUNT_HEADER));
  const [stored] = account ? await ports.store.getMany([documents.account(account)], ports.clock.now()) : [];
  if (!account || !stored) return refuse(c, 'ACCOUNT_NOT_FOUND');
  c.set('act', { actor: { kind: 'operator', account }, requestId: c.get('requestId') });
  await next();
}

/** Whether a key may authenticate and consume for this resource. */
export function mayUse(actor: Actor, resource: ResourceId): boolean {
  return actor.kind === 'api-key' && (actor.resources === undefined || actor.resources.includes(resource));
}
