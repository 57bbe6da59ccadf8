import { tokenState } from '../authentication/lockout.ts';
import type { Filter } from '../filters/filter.ts';
import type { AccountId, ResourceId, UserId } from '../kernel/ids.ts';
import { maySee, maySeeResource, visibleResources } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { listGranted } from '../resources/list-granted.ts';
import type { Resource } from '../resources/resource.ts';
import { indexes } from '../store/indexes.ts';
import { documents } from '../store/keys.ts';
import type { Token, TokenState } from '../tokens/token.ts';
import type { User } from '../users/user.ts';
import { namePrefix } from './index-entries.ts';
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
  const range = along(query, indexes.resourceNames(account), indexes.resources(account));
  const visible = visibleResources(actor);
  if (visible) return listGranted(ports, account, visible, range);
  return listObjects(ports, { ...range, account, key: documents.resource });
}

export async function listFilters(
  ports: Needs,
  { actor }: RequestContext,
  query: ListQuery & { kind?: Filter['rule']['kind'] | undefined },
): Promise<Result<Page<Filter>>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const { kind } = query;
  const range = along(query, indexes.filterNames(account), indexes.filters(account));
  const where = kind && ((filter: Filter) => filter.rule.kind === kind);
  return listObjects(ports, { ...range, account, key: documents.filter, where });
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
      ? indexes.usersOn(account, resource)
      : blocked === true
        ? indexes.usersBlocked(account)
        : indexes.users(account);
  const fits = (user: User) =>
    (blocked === undefined || user.blocked === blocked) &&
    (resource === undefined || user.assignments.some((assignment) => assignment.resource === resource));
  const where = blocked === undefined && resource === undefined ? undefined : fits;
  return listObjects(ports, {
    ...along(query, indexes.userNames(account), selective),
    account,
    key: documents.user,
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
    ...along(query, indexes.tokenNames(account), selectiveTokens(account, query)),
    account,
    key: documents.token,
    where: all ? undefined : fits,
  });
}

function selectiveTokens(account: AccountId, { state, owner, kind, resource }: TokenQuery): string {
  if (owner !== undefined) return indexes.tokensOf(account, owner);
  if (resource !== undefined) return indexes.tokensOn(account, resource);
  if (state === 'locked') return indexes.tokensLocked(account);
  if (state === 'deactivated') return indexes.tokensDeactivated(account);
  if (state === 'expired') return indexes.tokensExpiring(account);
  return kind === undefined ? indexes.tokens(account) : indexes.tokensOfKind(account, kind);
}
