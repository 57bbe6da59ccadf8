import type { UserId } from '../kernel/ids.ts';
import { maySeeResource } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { showObject } from '../store/records/read-object.ts';
import { userDocument } from '../users/documents.ts';
import { isRetained, type RememberedEnvironment } from './device-fingerprint/known-browsers.ts';
import { environmentsDocument } from './documents.ts';

/** Lists how many browsers of a user are remembered, where, and since when. Their traits are unreadable. */
export async function showEnvironments(
  ports: ReadPorts,
  act: RequestContext,
  id: UserId,
): Promise<Result<{ environments: Omit<RememberedEnvironment, 'traits'>[] }>> {
  const found = await showObject(ports, act, userDocument.key(id), 'USER_NOT_FOUND');
  if (isRefusal(found)) return found;
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([environmentsDocument.key(id)], now);
  const list = stored?.value.list ?? [];
  const environments = list
    .filter((one) => isRetained(one, now))
    .filter(({ resource }) => resource === undefined || maySeeResource(act.actor, resource))
    .map(({ traits: _traits, ...shown }) => shown);
  return { environments };
}
