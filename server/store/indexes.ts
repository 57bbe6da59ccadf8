import type { AccountId, ResourceId, UserId, WebhookId } from '../kernel/ids.ts';
import type { TokenFactor } from '../tokens/token.ts';
import type { IndexEntry } from './store.ts';

/** The catalogue of indexes. An entry is a hint: whoever reads one checks the document it points at. */
export const indexes = {
  /** All accounts, by creation. */
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
  /** Of the whole server, sorted by account: so that a process finds, after a start, for whom something waits. */
  webhooks: (): string => 'webhooks',
  deliveries: (webhook: WebhookId): string => `webhook-deliveries/${webhook}`,
  dueDeliveries: (webhook: WebhookId): string => `webhook-deliveries/${webhook}/due`,
  /** Delivered, by when. */
  finishedDeliveries: (webhook: WebhookId): string => `webhook-deliveries/${webhook}/finished`,
  deadDeliveries: (webhook: WebhookId): string => `webhook-deliveries/${webhook}/dead`,
  /** Entries by their number, which is their id too. */
  ledger: (account: AccountId): string => `ledger/${account}/number`,
  /** Accounts whose plan has a fee, by the instant when the next is due. */
  plansDue: (): string => 'plans/due',
  apiKeys: (account: AccountId): string => `api-keys/${account}/created`,
  /** Keys of the Protectimus dialect, of the whole server: who calls says a user name and no account. Normalised. */
  protectimusKeys: (login: string): string => `protectimus-keys/${login}`,

  // By name: an entry for each name of an object, see `records/index-entries.ts`.
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
  administrators: (account: AccountId): string => `administrators/${account}/created`,
} as const;

/** Orders by creation; fifteen digits hold every instant until the year 33658. */
export function byCreation(object: { id: string; createdAt: number }): IndexEntry {
  return byInstant(object.createdAt, object.id);
}

export function byInstant(at: number, id: string): IndexEntry {
  return { sort: String(at).padStart(15, '0'), id };
}

/**
 * The anchor whose changes keep an entry of an index: usually what the entry points at. Undefined for an index that
 * nobody has told us of; asked only when everything is moved to a store with other partitions.
 */
export function anchorOfEntry(index: string, { sort, id }: IndexEntry): string | undefined {
  const [kind = '', name = ''] = index.split('/');
  switch (kind) {
    case 'resources':
    case 'users':
    case 'tokens':
    case 'filters':
    case 'accounts':
    case 'plans':
      return id;
    case 'ledger':
    case 'api-keys':
    case 'administrators':
      return name;
    case 'events':
      return `audit/${name}`;
    // A consumer's state of an account hangs on an anchor of its own; the entry is the account.
    case 'consumer':
      return `${name}/${id}`;
    // Sorted by the account, which holds its webhooks, and its keys.
    case 'webhooks':
    case 'protectimus-keys':
      return sort;
    case 'webhook-deliveries':
      return `webhook-outbox/${id.split('_')[1] ?? ''}`;
    default:
      return undefined;
  }
}
