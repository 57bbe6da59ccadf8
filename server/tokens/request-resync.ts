import type { TokenId } from '../kernel/ids.ts';
import { mayHelpToken } from '../kernel/policy.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { readObject } from '../store/records/read-object.ts';
import { readUser } from '../users/find-user.ts';
import { tokenDocument } from './documents.ts';
import { actionsOf } from './kinds/actions.ts';

/** The scopes of the two questions of a resynchronisation, first and second. */
export const RESYNC_SCOPES = ['resync/1', 'resync/2'] as const;

/**
 * Creates two questions for a device that is out of step: its answers to them, one after the other, show its counter or
 * clock.
 */
export async function requestResync(
  ports: WritePorts,
  act: RequestContext,
  id: TokenId,
): Promise<Result<{ questions: [string, string]; expiresAt: number }>> {
  const found = await readObject(ports, act.actor.account, tokenDocument.key(id), 'TOKEN_NOT_FOUND');
  if (isRefusal(found)) return found;
  const token = found.object;
  const owner = token.owner === undefined ? undefined : await readUser(ports, act.actor.account, token.owner);
  if (!mayHelpToken(act.actor, token, owner)) return refusal('FORBIDDEN');
  const { askResync } = actionsOf(token);
  if (!askResync) return refusal('TOKEN_KIND_UNFIT');
  const [first, second] = RESYNC_SCOPES;
  const one = await askResync(ports, token, first);
  if (isRefusal(one)) return one;
  const two = await askResync(ports, token, second);
  if (isRefusal(two)) return two;
  return { questions: [one.question, two.question], expiresAt: one.expiresAt };
}
