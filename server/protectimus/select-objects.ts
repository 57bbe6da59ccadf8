import type { LockReason } from '@countersign/protocol/tokens';
import type { ResourceId, UserId } from '../kernel/ids.ts';
import { maySeeResource } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { beginsWith } from '../store/index-entries.ts';
import type { ListQuery } from '../store/records/list-named.ts';
import type { Page } from '../store/records/list-objects.ts';
import {
  listOffsetPage,
  listSelectedOffsetPage,
  MAX_PAGE_SIZE,
  MAX_SCANNED,
  type OffsetPage,
} from '../store/records/offset-page.ts';
import { tokenDocument, tokenIndexes } from '../tokens/documents.ts';
import { rulesOf } from '../tokens/kinds/rules.ts';
import { listTokens } from '../tokens/list-tokens.ts';
import type { ProtectimusType } from '../tokens/protectimus-types.ts';
import type { Token } from '../tokens/token.ts';
import { listUsers } from '../user-management/list-users.ts';
import { userIndexes } from '../users/documents.ts';
import type { User } from '../users/user.ts';
import { DIALECT_KINDS, protectimusType } from './token-types.ts';

/** Lists of the dialect, which combine several filters and are always newest first. */

/** Maximum matches if they have to be sorted. */
const MAX_MATCHES = 1000;

interface UserSelection {
  login?: string | undefined;
  email?: string | undefined;
  firstName?: string | undefined;
  secondName?: string | undefined;
  blocked?: boolean | undefined;
  /** On any of these. */
  resources: readonly ResourceId[];
}

export async function selectUsers(
  ports: ReadPorts,
  act: RequestContext,
  selection: UserSelection,
  part: OffsetPage,
): Promise<Result<{ items: User[] }>> {
  const { login, email, firstName, secondName, blocked } = selection;
  const resources = visibleAmong(act, selection.resources);
  if (!resources) return { items: [] };
  const fits = (user: User) =>
    beginsWith([user.login], login) &&
    beginsWith([user.email], email) &&
    beginsWith([user.firstName], firstName) &&
    beginsWith([user.secondName], secondName) &&
    (blocked === undefined || user.blocked === blocked) &&
    (resources.length === 0 || user.assignments.some(({ resource }) => resources.includes(resource)));
  const search = longest([login, email, firstName, secondName]);
  const page = (more: object) => (query: ListQuery) => listUsers(ports, act, { ...query, ...more });
  if (search !== undefined) return inOrder([page({ search })], fits, part);
  if (resources.length > 0)
    return inOrder(
      resources.map((resource) => page({ resource })),
      fits,
      part,
    );
  if (blocked !== undefined) return listSelectedOffsetPage(part, fits, page({ blocked }));
  return listOffsetPage(ports, userIndexes.created(act.actor.account), part, page({}));
}

/** The named resources that the administrator sees. Undefined: none of them, so no object matches. */
function visibleAmong({ actor }: RequestContext, named: readonly ResourceId[]): ResourceId[] | undefined {
  const visible = named.filter((id) => maySeeResource(actor, id));
  return named.length > 0 && visible.length === 0 ? undefined : visible;
}

export interface TokenSelection {
  name?: string | undefined;
  type?: ProtectimusType | undefined;
  serial?: string | undefined;
  enabled?: boolean | undefined;
  /** `none`: not locked. */
  lock?: LockReason | 'none' | undefined;
  /** Belongs to this user. */
  owner?: UserId | undefined;
  /** Belongs to an administrator. */
  administrator?: string | undefined;
  /** Has no owner. */
  unowned?: true | undefined;
  /** On any of these, alone or with its owner. */
  resources: readonly ResourceId[];
}

export async function selectTokens(
  ports: ReadPorts,
  act: RequestContext,
  selection: TokenSelection,
  part: OffsetPage,
): Promise<Result<{ items: Token[] }>> {
  const { name, type, serial, enabled, lock, owner, administrator, unowned } = selection;
  const resources = visibleAmong(act, selection.resources);
  if (!resources) return { items: [] };
  const paired = resources.length === 0 ? undefined : await tokensOn(ports, act, resources);
  if (paired && isRefusal(paired)) return paired;
  const fits = (token: Token) =>
    protectimusType(token) !== undefined &&
    (type === undefined || protectimusType(token) === type) &&
    beginsWith([token.name], name) &&
    beginsWith([token.serial, rulesOf(token).address?.(token)], serial) &&
    (enabled === undefined || token.enabled === enabled) &&
    (lock === undefined || (token.lock?.reason ?? 'none') === lock) &&
    (owner === undefined || token.owner === owner) &&
    (administrator === undefined || token.administrator === administrator) &&
    (unowned === undefined || (token.owner === undefined && token.administrator === undefined)) &&
    (paired === undefined || paired.ids.has(token.id) || token.directResources.some((id) => resources.includes(id)));
  const page = (more: object) => (query: ListQuery) => listTokens(ports, act, { ...query, ...more });
  const search = longest([name, serial]);
  if (owner !== undefined) return inOrder([page({ owner })], fits, part);
  if (search !== undefined) return inOrder([page({ search })], fits, part);
  if (paired) {
    const direct = resources.map((resource) => page({ resource }));
    return inOrder([...direct, async () => ({ items: [...paired.tokens], next: null })], fits, part);
  }
  return listSelectedOffsetPage(part, fits, page({}));
}

/** Tokens with which a user is assigned to one of the resources. */
async function tokensOn(
  ports: ReadPorts,
  act: RequestContext,
  resources: readonly ResourceId[],
): Promise<Result<{ tokens: Token[]; ids: ReadonlySet<string> }>> {
  const page = { start: 0, limit: MAX_MATCHES };
  const users = await selectUsers(ports, act, { resources }, page);
  if (isRefusal(users)) return users;
  const keys = users.items
    .flatMap(({ assignments }) => assignments)
    .filter(({ resource }) => resources.includes(resource))
    .flatMap(({ tokens }) => tokens.map(({ token }) => tokenDocument.key(token)));
  const stored = await ports.store.getMany(keys, ports.clock.now());
  const tokens = stored.map((one) => one?.value).filter((token) => token !== undefined);
  return { tokens, ids: new Set(tokens.map(({ id }) => id)) };
}

/** The indexes that count the dialect's tokens: all except types that it does not know. */
export function tokenIndexesToCount({ actor }: RequestContext): string[] {
  return DIALECT_KINDS.map((kind) => tokenIndexes.ofKind(actor.account, kind));
}

/** The matches of several lists, each once, newest first. Too many are refused, never truncated. */
async function inOrder<T extends { id: string; createdAt: number }>(
  lists: readonly ((query: ListQuery) => Promise<Result<Page<T>>>)[],
  fits: (item: T) => boolean,
  { start, limit }: OffsetPage,
): Promise<Result<{ items: T[] }>> {
  const found = new Map<string, T>();
  let looked = 0;
  for (const list of lists) {
    let after: string | undefined;
    do {
      const page = await list({ limit: MAX_PAGE_SIZE, after });
      if (isRefusal(page)) return page;
      for (const item of page.items.filter(fits)) found.set(item.id, item);
      looked += Math.max(page.items.length, 1);
      if (found.size > MAX_MATCHES || looked > MAX_SCANNED)
        return refusal('INPUT_INVALID', { detail: 'too many fit: narrow it down' });
      after = page.next ?? undefined;
    } while (after !== undefined);
  }
  const newest = [...found.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  return { items: newest.slice(start, start + limit) };
}

/** The most selective text. */
function longest(texts: readonly (string | undefined)[]): string | undefined {
  return texts.filter((text) => text !== undefined).sort((a, b) => b.length - a.length)[0];
}
