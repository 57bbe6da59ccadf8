import type { ActorReference } from '../kernel/actor.ts';
import type { AccountEvent, EventType } from '../kernel/event.ts';
import type { AccountId, ResourceId, WebhookId } from '../kernel/ids.ts';
import type { SigningSecret } from '../kernel/signing-secret.ts';

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
  createdBy: ActorReference;
  /** MAC of the Idempotency-Key that created it. */
  madeWith?: string;
}

export interface WebhookSecret extends SigningSecret {
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
