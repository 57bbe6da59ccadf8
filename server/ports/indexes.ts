import type { AccountId, ResourceId, UserId } from '../domain/ids.ts';
import type { TokenFactor } from '../domain/token.ts';
import type { IndexEntry } from './store.ts';

/** The catalogue of indexes. An entry is a hint: whoever reads one checks the document it points at. */
export const indexes = {
  resources: (account: AccountId): string => `resources/${account}/created`,
  users: (account: AccountId): string => `users/${account}/created`,
  tokens: (account: AccountId): string => `tokens/${account}/created`,
  filters: (account: AccountId): string => `filters/${account}/created`,
  apiKeys: (account: AccountId): string => `api-keys/${account}/created`,

  // By name: an entry for each name of an object, see `usecases/object-places.ts`.
  resourceNames: (account: AccountId): string => `resources/${account}/names`,
  userNames: (account: AccountId): string => `users/${account}/names`,
  tokenNames: (account: AccountId): string => `tokens/${account}/names`,
  filterNames: (account: AccountId): string => `filters/${account}/names`,

  // Some of the objects, by creation.
  usersOn: (account: AccountId, resource: ResourceId): string => `users/${account}/on/${resource}`,
  usersBlocked: (account: AccountId): string => `users/${account}/blocked`,
  tokensOf: (account: AccountId, owner: UserId): string => `tokens/${account}/of/${owner}`,
  /** (c): accepted with no user. */
  tokensOn: (account: AccountId, resource: ResourceId): string => `tokens/${account}/on/${resource}`,
  tokensOfKind: (account: AccountId, kind: TokenFactor['kind']): string => `tokens/${account}/kind/${kind}`,
  tokensLocked: (account: AccountId): string => `tokens/${account}/locked`,
  tokensDeactivated: (account: AccountId): string => `tokens/${account}/deactivated`,
  /** Those that expire some day or have. */
  tokensExpiring: (account: AccountId): string => `tokens/${account}/expiring`,
} as const;

/** Orders by creation; fifteen digits hold every instant until the year 33658. */
export function byCreation(object: { id: string; createdAt: number }): IndexEntry {
  return { sort: String(object.createdAt).padStart(15, '0'), id: object.id };
}
