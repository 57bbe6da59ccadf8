import { readAccess } from '../../authentication/read-access.ts';
import type { TokenId } from '../../kernel/ids.ts';
import { mayAuthenticateOn } from '../../kernel/policy.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../../kernel/result.ts';
import type { Resource } from '../../resources/resource.ts';
import { readObject } from '../../store/records/read-object.ts';
import { resourcesOpenedBy } from '../../tokens/assignments.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import type { Token } from '../../tokens/token.ts';
import { readUser } from '../../users/find-user.ts';
import { canSignIn, type User } from '../../users/user.ts';

interface SigningContext {
  token: Token;
  /** The owner of the token. */
  user: User | undefined;
  /** A resource that accepts the token and where a user could be authenticated now. */
  resource: Resource;
}

/**
 * A token that signs outside a sign-in, and the rules for it: a resource has to accept it on which the caller may
 * authenticate users. With an unknown address, filters that need one deny.
 */
export async function findSigningContext(
  ports: Pick<Ports, 'store' | 'clock' | 'geo'>,
  act: RequestContext,
  id: TokenId,
): Promise<Result<SigningContext>> {
  const { account } = act.actor;
  const found = await readObject(ports, account, tokenDocument.key(id), 'TOKEN_NOT_FOUND');
  if (isRefusal(found)) return found;
  const { object: token } = found;
  const user = token.owner === undefined ? undefined : await readUser(ports, account, token.owner);
  if (user && !canSignIn(user, 'api')) return refusal('ACCESS_DENIED');
  const opened = resourcesOpenedBy(token, user);
  const own = opened.filter((resource) => mayAuthenticateOn(act.actor, resource));
  if (own.length === 0) return refusal(opened.length === 0 ? 'ASSIGNMENT_NOT_FOUND' : 'SCOPE_MISSING');
  let refused: Refusal = refusal('RESOURCE_NOT_FOUND');
  for (const resource of own) {
    const access = await readAccess(ports, resource, undefined, account);
    if (isRefusal(access)) refused = access;
    else if (access.resource.testMode !== undefined) refused = refusal('TEST_RESOURCE');
    else return { token, user, resource: access.resource };
  }
  return refused;
}
