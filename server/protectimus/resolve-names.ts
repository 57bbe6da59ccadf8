import { administratorDocument } from '../administrators/documents.ts';
import type { ActorReference } from '../kernel/actor.ts';
import type { AccountId, AdministratorId, FilterId, UserId } from '../kernel/ids.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import { filterDocument } from '../resources/documents.ts';
import { tokenIndexes } from '../tokens/documents.ts';
import { userDocument } from '../users/documents.ts';

/** The email addresses of administrators that still exist: a creator is named by it. */
export async function nameAdministrators(
  ports: ReadPorts,
  account: AccountId,
  references: readonly ActorReference[],
): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(references.flatMap((one) => (one.kind === 'administrator' && one.id ? [one.id] : [])))];
  const keys = ids.map((id) => administratorDocument.key(account, id as AdministratorId));
  const stored = await ports.store.getMany(keys, ports.clock.now());
  return new Map(stored.flatMap((one) => (one ? [[one.value.id, one.value.email] as const] : [])));
}

/** The names of filters that still exist. */
export async function nameFilters(
  ports: ReadPorts,
  account: AccountId,
  ids: readonly (FilterId | undefined)[],
): Promise<ReadonlyMap<string, string>> {
  const keys = [...new Set(ids.filter((id) => id !== undefined))].map(filterDocument.key);
  const stored = await ports.store.getMany(keys, ports.clock.now());
  return new Map(stored.flatMap((one) => (one?.value.account === account ? [[one.value.id, one.value.name]] : [])));
}

/** The logins of users who still exist. */
export async function nameUsers(
  ports: ReadPorts,
  account: AccountId,
  ids: readonly (UserId | undefined)[],
): Promise<ReadonlyMap<string, string>> {
  const keys = [...new Set(ids.filter((id) => id !== undefined))].map(userDocument.key);
  const stored = await ports.store.getMany(keys, ports.clock.now());
  return new Map(stored.flatMap((one) => (one?.value.account === account ? [[one.value.id, one.value.login]] : [])));
}

/** The users among these who have a token. */
export async function haveTokens(
  { store }: ReadPorts,
  account: AccountId,
  ids: readonly UserId[],
): Promise<ReadonlySet<UserId>> {
  const first = await Promise.all(ids.map((id) => store.range(tokenIndexes.ofOwner(account, id), { limit: 1 })));
  return new Set(ids.filter((_, at) => first[at]?.length === 1));
}
