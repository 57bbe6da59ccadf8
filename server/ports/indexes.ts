import type { AccountId, WebhookId } from '../domain/ids.ts';
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
  /** Of the whole server, sorted by account: so that a process finds, after a start, for whom something waits. */
  webhooks: (): string => 'webhooks',
  deliveries: (webhook: WebhookId): string => `webhook-deliveries/${webhook}`,
  dueDeliveries: (webhook: WebhookId): string => `webhook-deliveries/${webhook}/due`,
  /** Delivered, by when. */
  finishedDeliveries: (webhook: WebhookId): string => `webhook-deliveries/${webhook}/finished`,
  deadDeliveries: (webhook: WebhookId): string => `webhook-deliveries/${webhook}/dead`,
} as const;

/** Orders by creation; fifteen digits hold every instant until the year 33658. */
export function byCreation(object: { id: string; createdAt: number }): IndexEntry {
  return byInstant(object.createdAt, object.id);
}

export function byInstant(at: number, id: string): IndexEntry {
  return { sort: String(at).padStart(15, '0'), id };
}
