import { mayChangeToken } from '../../domain/authority.ts';
import type { ResourceId, TokenId } from '../../domain/ids.ts';
import { parseSuite } from '../../domain/ocra/suite.ts';
import { isOcra } from '../../domain/token.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import type { Act } from '../act.ts';
import { readObject } from '../objects/read-object.ts';
import { askQuestion } from '../second-factor/ask-question.ts';
import { RESYNC_SCOPES } from '../second-factor/find-place.ts';
import { readUser } from '../users/find-user.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';

/** Two questions for a device that has lost its place: its answers to them, one after the other, show where it is. */
export async function askResync(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: Act,
  id: TokenId,
): Promise<Verdict<{ questions: [string, string]; expiresAt: number }>> {
  const found = await readObject(ports, act.actor.account, documents.token(id), 'TOKEN_NOT_FOUND');
  if (isRefusal(found)) return found;
  const token = found.object;
  const owner = token.owner === undefined ? undefined : await readUser(ports, act.actor.account, token.owner);
  if (!mayChangeToken(act.actor, token, owner)) return refusal('FORBIDDEN');
  const suite = isOcra(token) ? parseSuite(token.factor.suite) : undefined;
  if (!suite?.counter && !suite?.time) return refusal('TOKEN_KIND_UNFIT');
  const [first, second] = RESYNC_SCOPES;
  const one = await askQuestion(ports, { token: id, scope: first, resource: NO_RESOURCE });
  if (isRefusal(one)) return one;
  const two = await askQuestion(ports, { token: id, scope: second, resource: NO_RESOURCE });
  if (isRefusal(two)) return two;
  return { questions: [one.question, two.question], expiresAt: one.expiresAt };
}

/** A resynchronisation belongs to no resource. */
const NO_RESOURCE = '' as ResourceId;
