import type { ActorReference } from '../kernel/actor.ts';
import type { AccountEvent, EventType } from '../kernel/event.ts';
import type { AccountId, ResourceId, WebhookId } from '../kernel/ids.ts';

/** Where an account wants its events sent, and which of them. */
export interface Webhook {
  id: WebhookId;
  account: AccountId;
  /** As the sender writes it: one spelling for each address. */
  url: string;
  description?: string;
  /** Absent: all of them. */
  events?: EventType[];
  /** When set: only events about these resources. */
  resources?: ResourceId[];
  enabled: boolean;
  /** Why Countersign itself switched it off. */
  disabledReason?: 'gone';
  /** Newest first. All that have not ended sign. */
  secrets: WebhookSecret[];
  createdAt: number;
  createdBy?: ActorReference;
  /** The Idempotency-Key (as a MAC) that made it. */
  madeWith?: string;
}

export interface WebhookSecret {
  /** Names it within the webhook; bound into the ciphertext (SR-21). */
  id: string;
  sealed: string;
  createdAt: number;
  /** Set when a newer one replaced it: from then on it signs no more. */
  expiresAt?: number;
  /** The Idempotency-Key (as a MAC) of the rotation that made it. */
  madeWith?: string;
}

/**
 * All webhooks of an account, in one document: the outbox looks at them for every event, and their number is bounded by
 * the same commit that adds one.
 */
export interface WebhookBook {
  webhooks: Webhook[];
}

export const MOST_WEBHOOKS = 50;

/** Sent at once by the button and never derived from the stream. */
export const TEST_EVENT = 'webhook.test' satisfies EventType;

/**
 * Whether a webhook is to be told of an event. What happened before it was made is not its business: a stream that is
 * read again after a restart must not send history to a newcomer.
 */
export function wants(webhook: Webhook, event: AccountEvent): boolean {
  if (!webhook.enabled || webhook.account !== event.account || event.type === TEST_EVENT) return false;
  if (event.at < webhook.createdAt) return false;
  if (webhook.events && !webhook.events.includes(event.type)) return false;
  return (
    webhook.resources === undefined || (event.resource !== undefined && webhook.resources.includes(event.resource))
  );
}

/** Those that sign now, newest first. */
export function signingSecrets(webhook: Webhook, now: number): WebhookSecret[] {
  return webhook.secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
}

/** Two of them sign during an overlap; a third would only stretch the header. */
const MOST_SECRETS = 2;

/** The webhook with a new secret in front; the one before it signs along for the overlap. */
export function withNewSecret(webhook: Webhook, secret: WebhookSecret, overlapMs: number, now: number): Webhook {
  const kept = signingSecrets(webhook, now).map((old) => ({
    ...old,
    expiresAt: Math.min(old.expiresAt ?? now + overlapMs, now + overlapMs),
  }));
  return { ...webhook, secrets: [secret, ...(overlapMs > 0 ? kept : [])].slice(0, MOST_SECRETS) };
}
