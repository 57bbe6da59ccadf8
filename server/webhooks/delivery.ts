import type { DeliveryState, SendFailure } from '@countersign/protocol/webhooks';
import type { AccountEvent, EventType } from '../kernel/event.ts';
import { type AccountId, parseId, type WebhookId } from '../kernel/ids.ts';

/** Id of one event for one webhook, the same for every try and replay. The receiver's `webhook-id`. */
export type DeliveryId = `dlv_${number}_${number}_${string}`;

export interface Delivery {
  id: DeliveryId;
  account: AccountId;
  webhook: WebhookId;
  type: EventType;
  /** The body, byte for byte the same for every try until the address in it is erased. */
  body: string;
  state: DeliveryState;
  /** Tries started since it was created or last replayed. */
  attempts: number;
  /** When it is due; during a try, when that try counts as lost. */
  nextAttemptAt: number;
  lastAttempt?: { at: number; status?: number; failure?: SendFailure };
  replays?: number;
  createdAt: number;
  finishedAt?: number;
}

/**
 * Counts the waiting deliveries of one webhook in one partition's outbox. Bounded: what does not fit is only counted.
 */
export interface DeliveryQueue {
  pending: number;
  /** Events dropped because the queue was full. */
  dropped: number;
  lastDroppedAt?: number;
}

export const EMPTY_QUEUE: Readonly<DeliveryQueue> = Object.freeze({ pending: 0, dropped: 0 });

/** Maximum waiting deliveries of one webhook over all outboxes. */
const MAX_PENDING = 20_000;

export function queueLimit(partitions: number): number {
  return Math.ceil(MAX_PENDING / partitions);
}

export function deliveryId(partition: number, sequence: number, webhook: WebhookId): DeliveryId {
  return `dlv_${partition}_${sequence}_${webhook.slice(4)}`;
}

const SHAPE = /^dlv_(0|[1-9]\d{0,4})_([1-9]\d{0,15})_([0-9a-hjkmnp-tv-z]{11})$/;

/** Parses a text that has exactly the form of a delivery's id. */
export function parseDeliveryId(text: string): { id: DeliveryId; partition: number; webhook: WebhookId } | undefined {
  const match = SHAPE.exec(text);
  const webhook = parseId('whk', `whk_${match?.[3]}`);
  if (!match || !webhook) return undefined;
  return { id: text as DeliveryId, partition: Number(match[1]), webhook };
}

/**
 * The body of a delivery, as Standard Webhooks recommends: type, time and the event itself. An event holds ids and no
 * personal data but the IP address.
 */
export function deliveryBody(event: AccountEvent): string {
  const { type, at, ...data } = event;
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
}
