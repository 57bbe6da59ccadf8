import type { ResourceId, UserId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import { maySee, maySeeResource } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { resourceDocument, resourceIndexes } from '../resources/documents.ts';
import type { Resource } from '../resources/resource.ts';
import { showResource } from '../resources/resource-access.ts';
import { namesExactly } from '../store/index-entries.ts';
import { findUser } from '../users/find-user.ts';
import type { User } from '../users/user.ts';
import { userNames } from '../users/user-names.ts';

/** The dialect names an object by number, by name, or by both, which must match. */
const DIFFERENT = refusal('INPUT_INVALID', { detail: 'the number and the name are not the same one’s' });
const SEVERAL = refusal('INPUT_INVALID', { detail: 'resourceName: several go by it; send resourceId' });

/** Names of resources need not be unique: an ambiguous one matches none. */
export async function findResource(
  ports: ReadPorts,
  act: RequestContext,
  { id, name }: { id?: ResourceId | undefined; name?: string | undefined },
): Promise<Result<{ resource: Resource }>> {
  const { actor } = act;
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  if (id !== undefined) {
    const found = await showResource(ports, act, id);
    if (isRefusal(found)) return found;
    const isCalled = name === undefined || normaliseName(found.object.name) === normaliseName(name);
    return isCalled ? { resource: found.object } : DIFFERENT;
  }
  if (name === undefined) return refusal('RESOURCE_NOT_FOUND');
  const prefix = namesExactly(name);
  const entries = await ports.store.range(resourceIndexes.names(account), { prefix, limit: 10 });
  const keys = entries.map((entry) => resourceDocument.key(entry.id as ResourceId));
  const stored = await ports.store.getMany(keys, ports.clock.now());
  const called = stored
    .map((one) => one?.value)
    .filter((one) => one?.account === account && normaliseName(one.name) === normaliseName(name))
    .filter((one) => one !== undefined)
    .filter((one) => maySeeResource(actor, one.id));
  const [resource, another] = called;
  if (!resource) return refusal('RESOURCE_NOT_FOUND');
  return another ? SEVERAL : { resource };
}

/** Finds a user by number or by login, which may be any of the user's names. */
export async function findNamedUser(
  ports: ReadPorts,
  { actor }: RequestContext,
  { id, login }: { id?: UserId | undefined; login?: string | undefined },
): Promise<Result<{ user: User }>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const user = await findUser(ports, actor.account, id ?? login ?? '');
  if (!user) return refusal('USER_NOT_FOUND');
  const isCalled = id === undefined || login === undefined || userNames(user).includes(normaliseName(login));
  return isCalled ? { user } : DIFFERENT;
}
