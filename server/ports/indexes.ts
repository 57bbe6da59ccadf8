import type { AccountId } from '../domain/ids.ts';
import type { IndexEntry } from './store.ts';

/** The catalogue of indexes. An entry is a hint: whoever reads one checks the document it points at. */
export const indexes = {
  accounts: (): string => 'accounts/created',
  resources: (account: AccountId): string => `resources/${account}/created`,
  users: (account: AccountId): string => `users/${account}/created`,
  tokens: (account: AccountId): string => `tokens/${account}/created`,
  filters: (account: AccountId): string => `filters/${account}/created`,
  /** Sealed events by their time; see `eventEntry`. */
  events: (account: AccountId): string => `events/${account}`,
  /** The same, of those that name this id: as subject, actor, resource, or as what else they are about. */
  eventsAbout: (account: AccountId, id: string): string => `events/${account}/${id}`,
  /** Every account that a consumer of events has a state for. */
  consumerAccounts: (consumer: string): string => `consumer/${consumer}/accounts`,
} as const;

/** Orders by creation; fifteen digits hold every instant until the year 33658. */
export function byCreation(object: { id: string; createdAt: number }): IndexEntry {
  return { sort: String(object.createdAt).padStart(15, '0'), id: object.id };
}
