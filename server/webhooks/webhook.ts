import type { ActorReference } from '../kernel/actor.ts';
import type { AccountEvent, EventType } from '../kernel/event.ts';
import type { AccountId, ResourceId, WebhookId } from '../kernel/ids.ts';

/** Where an account wants its events sent, and which events. */
export interface Webhook {
  id: WebhookId;
  account: AccountId;
  /** Normalised: one spelling for each address. */
  url: string;
  description?: string;
  /** Absent: all of them. */
  events?: EventType[];
  /** If set: only events about these resources. */
  resources?: ResourceId[];
  enabled: boolean;
  /** Why Countersign disabled it. */
  disabledReason?: 'gone';
  /** Newest first. Every secret that has not expired signs. */
  secrets: WebhookSecret[];
  createdAt: number;
  createdBy?: ActorReference;
  /** MAC of the Idempotency-Key that created it. */
  madeWith?: string;
}

export interface WebhookSecret {
  /** Unique within the webhook; bound into the ciphertext (SR-21). */
  id: string;
  sealed: string;
  createdAt: number;
  /** Set when a newer secret replaces it; it signs until then. */
  expiresAt?: number;
  /** MAC of the Idempotency-Key of the rotation that created it. */
  madeWith?: string;
}

/**
 * All webhooks of an account, in one document: the outbox reads them for every event, and the commit that adds one
 * enforces the limit.
 */
export interface WebhookBook {
  webhooks: Webhook[];
}

export const MAX_WEBHOOKS = 50;

/** Sent by the test button and never derived from the stream. */
export const TEST_EVENT = 'webhook.test' satisfies EventType;

/**
 * True if a webhook receives an event. Events from before its creation are excluded: a stream that is read again after
 * a restart must not send old events to a new webhook.
 */
export function isSubscribedTo(webhook: Webhook, event: AccountEvent): boolean {
  if (!webhook.enabled || webhook.account !== event.account || event.type === TEST_EVENT) return false;
  if (event.at < webhook.createdAt) return false;
  if (webhook.events && !webhook.events.includes(event.type)) return false;
  return (
    webhook.resources === undefined || (event.resource !== undefined && webhook.resources.includes(event.resource))
  );
}

/** Secrets that sign now, newest first. */
export function signingSecrets(webhook: Pick<Webhook, 'secrets'>, now: number): WebhookSecret[] {
  return webhook.secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
}

/** Two sign during an overlap; a third would only lengthen the header. */
const MAX_SECRETS = 2;

/** The webhook or hook with a new secret in front; the previous one also signs during the overlap. */
export function addSecret<W extends Pick<Webhook, 'secrets'>>(
  webhook: W,
  secret: WebhookSecret,
  overlapMs: number,
  now: number,
): W {
  const kept = signingSecrets(webhook, now).map((old) => ({
    ...old,
    expiresAt: Math.min(old.expiresAt ?? now + overlapMs, now + overlapMs),
  }));
  return { ...webhook, secrets: [secret, ...(overlapMs > 0 ? kept : [])].slice(0, MAX_SECRETS) };
}
