import { maySeeResource } from '../../domain/authority.ts';
import { ENVIRONMENT_KEPT_MS, type RememberedEnvironment } from '../../domain/environment/remembered.ts';
import type { UserId } from '../../domain/ids.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import type { Act } from '../act.ts';
import { showObject } from '../objects/read-object.ts';
import { isRefusal, type Verdict } from '../verdict.ts';

/** How many browsers of a person are remembered, where, and since when. What they are like, nobody can read. */
export async function showEnvironments(
  ports: Pick<Ports, 'store' | 'clock'>,
  act: Act,
  id: UserId,
): Promise<Verdict<{ environments: Omit<RememberedEnvironment, 'traits'>[] }>> {
  const found = await showObject(ports, act, documents.user(id), 'USER_NOT_FOUND');
  if (isRefusal(found)) return found;
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([documents.environments(id)], now);
  const list = stored?.value.list ?? [];
  const environments = list
    .filter(({ lastSeenAt }) => now - lastSeenAt < ENVIRONMENT_KEPT_MS)
    .filter(({ resource }) => resource === undefined || maySeeResource(act.actor, resource))
    .map(({ traits: _traits, ...shown }) => shown);
  return { environments };
}
