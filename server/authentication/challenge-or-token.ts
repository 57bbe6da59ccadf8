import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { acceptedKinds } from '../resources/resource.ts';
import { readObject } from '../store/records/read-object.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { showsOwnCodes } from '../tokens/kinds/rules.ts';
import type { Token } from '../tokens/token.ts';
import { isUsable } from '../tokens/usable-tokens.ts';
import { type ChallengeRequest, type CreatedChallenge, candidates, createChallenge } from './create-challenge.ts';
import { readAccess } from './read-access.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'geo' | 'codes'>;

/**
 * Creates a challenge as `createChallenge` does, for a backend that does not know whether the token needs one: a token
 * that shows its own codes is named, and nothing is sent. Requested again too soon after a code was sent, it returns
 * that code's challenge and sends no other.
 */
export async function challengeOrToken(
  ports: Needs,
  act: RequestContext,
  request: ChallengeRequest,
): Promise<Result<{ token: Token; asked?: CreatedChallenge }>> {
  const asked = await createChallenge(ports, act, { ...request, reuseRecent: true });
  if (!isRefusal(asked)) {
    const key = tokenDocument.key(asked.token);
    const read = await readObject(ports, act.actor.account, key, 'TOKEN_NOT_FOUND');
    return isRefusal(read) ? read : { token: read.object, asked };
  }
  if (asked.refused !== 'TOKEN_NOT_FOUND' && asked.refused !== 'CONFIRMATION_REQUIRED') return asked;
  const token = await showingByItself(ports, act, request);
  return token ? { token } : asked;
}

async function showingByItself(
  ports: Needs,
  act: RequestContext,
  request: ChallengeRequest,
): Promise<Token | undefined> {
  const access = await readAccess(ports, request.resource, request.address, act.actor.account);
  if (isRefusal(access)) return undefined;
  const found = await candidates(ports, act, access.resource, request);
  if (isRefusal(found)) return undefined;
  const [accepts, now] = [acceptedKinds(access.resource), ports.clock.now()];
  return found.tokens
    .filter(showsOwnCodes)
    .filter(({ id }) => (request.token ?? id) === id)
    .find((token) => isUsable(token, accepts, now, 'api'));
}
