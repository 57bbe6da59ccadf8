import type { TokenState } from '@countersign/protocol/tokens';
import type { AccountId, ResourceId, UserId } from '../kernel/ids.ts';
import { maySee, maySeeResource } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { emptyPage, type ListQuery, listRange, namesFor } from '../store/records/list-named.ts';
import { listObjects, type Page } from '../store/records/list-objects.ts';
import { tokenDocument, tokenIndexes } from './documents.ts';
import { tokenState } from './lockout.ts';
import type { Token } from './token.ts';

export interface TokenQuery extends ListQuery {
  state?: TokenState | undefined;
  owner?: UserId | undefined;
  kind?: Token['factor']['kind'] | undefined;
  /** A resource that accepts the token's codes without a user. */
  resource?: ResourceId | undefined;
}

export async function listTokens(
  ports: ReadPorts,
  { actor }: RequestContext,
  query: TokenQuery,
): Promise<Result<Page<Token>>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const { state, owner, kind, resource } = query;
  if (resource !== undefined && !maySeeResource(actor, resource)) return emptyPage(query);
  const now = ports.clock.now();
  const fits = (token: Token) =>
    (state === undefined || tokenState(token, now) === state) &&
    (owner === undefined || token.owner === owner) &&
    (kind === undefined || token.factor.kind === kind) &&
    (resource === undefined || token.directResources.includes(resource));
  const all = [state, owner, kind, resource].every((wish) => wish === undefined);
  const indexes = { names: tokenIndexes.names(account), sorted: tokenIndexes.sorted(account) };
  return listObjects(ports, {
    ...listRange(query, namesFor(query, indexes), selectiveTokens(account, query)),
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
