import { mayAuthenticateOn } from '../../domain/authority.ts';
import { DEFAULT_THRESHOLD } from '../../domain/environment/environment-check.ts';
import { DEFAULT_WEIGHTS } from '../../domain/environment/match.ts';
import type { SaidTraits } from '../../domain/environment/traits.ts';
import type { ResourceId } from '../../domain/ids.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import type { Act } from '../act.ts';
import { readObject } from '../objects/read-object.ts';
import { findUser } from '../users/find-user.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { blindTraits } from './blind-traits.ts';
import { judgeEnvironment } from './judge-environment.ts';

/**
 * How far a browser matches those of a person, for a host's backend that signs people in by itself. By the weights of the
 * resource, or by the usual ones where the resource does not ask in the widget. Nothing is remembered by it.
 */
export async function checkEnvironment(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'>,
  act: Act,
  input: { user: string; resource: ResourceId; environment: SaidTraits },
): Promise<Verdict<{ percent: number | null; fits: boolean }>> {
  const { actor } = act;
  if (!mayAuthenticateOn(actor, input.resource)) return refusal('SCOPE_MISSING');
  const found = await readObject(ports, actor.account, documents.resource(input.resource), 'RESOURCE_NOT_FOUND');
  if (isRefusal(found)) return found;
  const user = await findUser(ports, actor.account, input.user);
  if (!user) return refusal('USER_NOT_FOUND');
  const { id, environment = { action: 'refuse', threshold: DEFAULT_THRESHOLD, weights: DEFAULT_WEIGHTS } } =
    found.object;
  const judged = await judgeEnvironment(ports, { id, environment }, user.id, blindTraits(ports, input.environment));
  return { percent: judged?.percent ?? null, fits: judged?.differs === undefined };
}
