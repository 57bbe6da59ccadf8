import type { AccountId } from '../domain/ids.ts';
import type { IndexEntry } from './store.ts';

/** The catalogue of indexes. An entry is a hint: whoever reads one checks the document it points at. */
export const indexes = {
  resources: (account: AccountId): string => `resources/${account}/created`,
  users: (account: AccountId): string => `users/${account}/created`,
  tokens: (account: AccountId): string => `tokens/${account}/created`,
  filters: (account: AccountId): string => `filters/${account}/created`,
  administrators: (account: AccountId): string => `administrators/${account}/created`,
  /** All accounts, by creation. */
  accounts: (): string => 'accounts/created',
} as const;

/** Orders by creation; fifteen digits hold every instant until the year 33658. */
export function byCreation(object: { id: string; createdAt: number }): IndexEntry {
  return { sort: String(object.createdAt).padStart(15, '0'), id: object.id };
}
