import type { AccountId } from '../domain/ids.ts';
import type { IndexEntry } from './store.ts';

/** The catalogue of indexes. An entry is a hint: whoever reads one checks the document it points at. */
export const indexes = {
  resources: (account: AccountId): string => `resources/${account}/created`,
  users: (account: AccountId): string => `users/${account}/created`,
  tokens: (account: AccountId): string => `tokens/${account}/created`,
  filters: (account: AccountId): string => `filters/${account}/created`,
  /** Entries by their number, which is their id too. */
  ledger: (account: AccountId): string => `ledger/${account}/number`,
  /** All accounts, by creation. */
  accounts: (): string => 'accounts/created',
  /** Accounts whose plan has a fee, by the instant when the next is due. */
  plansDue: (): string => 'plans/due',
} as const;

/** Orders by creation; fifteen digits hold every instant until the year 33658. */
export function byCreation(object: { id: string; createdAt: number }): IndexEntry {
  return { sort: String(object.createdAt).padStart(15, '0'), id: object.id };
}

/** Orders by an instant; the same digits as {@link byCreation}. */
export function byInstant(at: number, id: string): IndexEntry {
  return { sort: String(at).padStart(15, '0'), id };
}

/**
 * The anchor whose changes keep an entry of an index: usually what the entry points at. Undefined for an index that
 * nobody has told us of; asked only when everything is moved to a store with other partitions.
 */
export function anchorOfEntry(index: string, { id }: IndexEntry): string | undefined {
  const [kind = '', account = ''] = index.split('/');
  if (['resources', 'users', 'tokens', 'filters', 'accounts', 'plans'].includes(kind)) return id;
  return kind === 'ledger' ? account : undefined;
}
