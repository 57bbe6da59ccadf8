import type { SecondFactorState } from '@countersign/protocol/users';
import type { ResourceId } from '../kernel/ids.ts';
import { maySee, maySeeResource } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { emptyPage, type ListQuery, listRange, namesFor } from '../store/records/list-named.ts';
import { listObjects, type Page } from '../store/records/list-objects.ts';
import { userDocument, userIndexes } from '../users/documents.ts';
import { findByExternalId } from '../users/find-user.ts';
import type { User } from '../users/user.ts';
import { readLastSignIns } from './read-last-sign-ins.ts';
import { inSecondFactorState } from './second-factor-state.ts';

export async function listUsers(
  ports: ReadPorts,
  act: RequestContext,
  query: ListQuery & {
    blocked?: boolean | undefined;
    hasPassword?: boolean | undefined;
    resource?: ResourceId | undefined;
    externalId?: string | undefined;
    secondFactor?: SecondFactorState | undefined;
    signedIn?: boolean | undefined;
  },
): Promise<Result<Page<User>>> {
  const { actor } = act;
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const { blocked, hasPassword, resource, externalId, secondFactor, signedIn } = query;
  // A resource that the administrator cannot see lists no users, like one that never existed (SR-67).
  if (resource !== undefined && !maySeeResource(actor, resource)) return emptyPage(query);
  const selective =
    resource !== undefined
      ? userIndexes.onResource(account, resource)
      : blocked === true
        ? userIndexes.blocked(account)
        : userIndexes.created(account);
  const fits = (user: User) =>
    (blocked === undefined || user.blocked === blocked) &&
    (hasPassword === undefined || (user.passwordHash !== undefined) === hasPassword) &&
    (resource === undefined || user.assignments.some((assignment) => assignment.resource === resource));
  // Nothing about resources that the administrator cannot see (SR-67).
  const seen = ({ assignments }: User) =>
    assignments.filter(
      (one) => (resource === undefined || one.resource === resource) && maySeeResource(actor, one.resource),
    );
  const select = async (users: readonly User[]): Promise<User[]> => {
    const some = secondFactor ? await inSecondFactorState(ports, users, secondFactor, seen) : [...users];
    if (signedIn === undefined) return some;
    const days = await readLastSignIns(ports, act, some, resource);
    return some.filter(({ id }) => days.has(id) === signedIn);
  };
  const isSelecting = secondFactor !== undefined || signedIn !== undefined;
  if (externalId !== undefined) {
    const user = await findByExternalId(ports, account, externalId);
    const items = await select(user && fits(user) ? [user] : []);
    return { items, next: null, ...(query.total && { total: items.length }) };
  }
  const where = [blocked, hasPassword, resource].every((wish) => wish === undefined) ? undefined : fits;
  const indexes = { names: userIndexes.names(account), sorted: userIndexes.sorted(account) };
  return listObjects(ports, {
    ...listRange(query, namesFor(query, indexes), selective),
    account,
    key: userDocument.key,
    where,
    select: isSelecting ? select : undefined,
  });
}
