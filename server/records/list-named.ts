import { tokenState } from '../authentication/lockout.ts';
import { filterDocument, filterIndexes } from '../filters/documents.ts';
import type { Filter } from '../filters/filter.ts';
import type { AccountId, ResourceId, UserId } from '../kernel/ids.ts';
import { maySee, maySeeResource, visibleResources } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { resourceDocument, resourceIndexes } from '../resources/documents.ts';
import { listGranted } from '../resources/list-granted.ts';
import type { Resource } from '../resources/resource.ts';
import { namePrefix } from '../store/index-entries.ts';
import { tokenDocument, tokenIndexes } from '../tokens/documents.ts';
import type { Token, TokenState } from '../tokens/token.ts';
import { userDocument, userIndexes } from '../users/documents.ts';
import type { User } from '../users/user.ts';
import { type ListRequest, listObjects, type Page } from './list-objects.ts';

/**
 * The lists of an account's objects. Each goes along the one index that leaves out most of what was not asked for, and
 * looks at the objects themselves for the rest, so that a page costs about the same in an account of any size.
 */

type Needs = Pick<Ports, 'store' | 'clock'>;

export interface ListQuery {
  after?: string | undefined;
  limit: number;
  /** What a name begins with. Lists by name. */
  search?: string | undefined;
  sort?: 'created' | 'name' | undefined;
  order?: 'asc' | 'desc' | undefined;
}

type Along = Pick<ListRequest<unknown, string>, 'index' | 'after' | 'limit' | 'order' | 'prefix'>;

/** Along the names where they are asked for; else along `selective`, which is ordered by creation. */
function along({ after, limit, search, sort, order }: ListQuery, names: string, selective: string): Along {
  if (search === undefined && sort !== 'name') return { index: selective, after, limit, order };
  return { index: names, after, limit, order: order ?? 'asc', prefix: namePrefix(search ?? '') };
}

export async function listResources(
  ports: Needs,
  { actor }: RequestContext,
  query: ListQuery,
): Promise<Result<Page<Resource>>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const range = along(query, resourceIndexes.names(account), resourceIndexes.created(account));
  const visible = visibleResources(actor);
  if (visible) return listGranted(ports, account, visible, range);
  return listObjects(ports, { ...range, account, key: resourceDocument.key });
}

export async function listFilters(
  ports: Needs,
  { actor }: RequestContext,
  query: ListQuery & { kind?: Filter['rule']['kind'] | undefined },
): Promise<Result<Page<Filter>>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const { kind } = query;
  const range = along(query, filterIndexes.names(account), filterIndexes.created(account));
  const where = kind && ((filter: Filter) => filter.rule.kind === kind);
  return listObjects(ports, { ...range, account, key: filterDocument.key, where });
}

export async function listUsers(
  ports: Needs,
  { actor }: RequestContext,
  query: ListQuery & { blocked?: boolean | undefined; resource?: ResourceId | undefined },
): Promise<Result<Page<User>>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const { blocked, resource } = query;
  // A resource that the administrator does not see has no users, like one that never existed (SR-67).
  if (resource !== undefined && !maySeeResource(actor, resource)) return { items: [], next: null };
  const selective =
    resource !== undefined
      ? userIndexes.onResource(account, resource)
      : blocked === true
        ? userIndexes.blocked(account)
        : userIndexes.created(account);
  const fits = (user: User) =>
    (blocked === undefined || user.blocked === blocked) &&
    (resource === undefined || user.assignments.some((assignment) => assignment.resource === resource));
  const where = blocked === undefined && resource === undefined ? undefined : fits;
  return listObjects(ports, {
    ...along(query, userIndexes.names(account), selective),
    account,
    key: userDocument.key,
    where,
  });
}

export interface TokenQuery extends ListQuery {
  state?: TokenState | undefined;
  owner?: UserId | undefined;
  kind?: Token['factor']['kind'] | undefined;
  /** That takes the token's codes with no user. */
  resource?: ResourceId | undefined;
}

export async function listTokens(
  ports: Needs,
  { actor }: RequestContext,
  query: TokenQuery,
): Promise<Result<Page<Token>>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const { state, owner, kind, resource } = query;
  if (resource !== undefined && !maySeeResource(actor, resource)) return { items: [], next: null };
  const now = ports.clock.now();
  const fits = (token: Token) =>
    (state === undefined || tokenState(token, now) === state) &&
    (owner === undefined || token.owner === owner) &&
    (kind === undefined || token.factor.kind === kind) &&
    (resource === undefined || token.directResources.includes(resource));
  const all = [state, owner, kind, resource].every((wish) => wish === undefined);
  return listObjects(ports, {
    ...along(query, tokenIndexes.names(account), selectiveTokens(account, query)),
    account,
    key: tokenDocument.key,
    where: all ? undefined : fits,
  });
}

function selectiveTokens(account: AccountId, { state, owner, kind, resource }: TokenQuery): string {
  if (owner !== undefined) return tokenIndexes.ofOwner(account, owner);
  if (resource !== undefined) return tokenIndexes.onResource(account, resource);
  if (state === 'locked') return tokenIndexes.locked(account);
  if (state === 'deactivated') return tokenIndexes.deactivated(account);
  if (state === 'expired') return tokenIndexes.expiring(account);
  return kind === undefined ? tokenIndexes.created(account) : tokenIndexes.ofKind(account, kind);
}
