import type { ResourceId, UserId } from '../kernel/ids.ts';
import { maySeeResource } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { lastSignInsDocument } from '../users/documents.ts';
import { lastSignInDay } from '../users/last-sign-ins.ts';
import type { User } from '../users/user.ts';

/**
 * The UTC day on which each of the users last signed in; none: never. Of resources that the administrator sees (SR-67),
 * and of one of them if it is named.
 */
export async function readLastSignIns(
  { store, clock }: ReadPorts,
  { actor }: RequestContext,
  users: readonly Pick<User, 'id'>[],
  resource?: ResourceId,
): Promise<Map<UserId, string>> {
  const stored = await store.getMany(
    users.map(({ id }) => lastSignInsDocument.key(id)),
    clock.now(),
  );
  const isShown = (one: ResourceId) => (resource === undefined || one === resource) && maySeeResource(actor, one);
  return new Map(
    users.flatMap(({ id }, at) => {
      const day = lastSignInDay(stored[at]?.value.days, isShown);
      return day === undefined ? [] : [[id, day] as const];
    }),
  );
}
