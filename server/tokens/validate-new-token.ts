import type { UserId } from '../kernel/ids.ts';
import { mayChangeUser, mayCreate } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { readUser } from '../users/find-user.ts';

/** Why a token cannot be created; undefined if it can. Writes nothing. */
export async function validateNewToken(
  ports: Pick<Ports, 'store' | 'clock'>,
  act: RequestContext,
  input: { owner?: UserId | undefined },
): Promise<Refusal | undefined> {
  if (!mayCreate(act.actor)) return refusal('FORBIDDEN');
  if (input.owner === undefined) return undefined;
  const owner = await readUser(ports, act.actor.account, input.owner);
  if (!owner) return refusal('USER_NOT_FOUND');
  return mayChangeUser(act.actor, owner) ? undefined : refusal('FORBIDDEN');
}
