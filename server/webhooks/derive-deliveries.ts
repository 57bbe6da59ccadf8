import type { AccountEvent } from '../kernel/event.ts';
import type { AccountId, WebhookId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { ABSENT, type StoredEvent } from '../kernel/ports/store.ts';
import { byCreation, byInstant } from '../store/index-entries.ts';
import { newOperation } from '../store/transact.ts';
import { type Delivery, type DeliveryQueue, deliveryBody, deliveryId, EMPTY_QUEUE, queueLimit } from './delivery.ts';
import {
  deliveryDocument,
  deliveryIndexes,
  deliveryQueueDocument,
  outboxCursorDocument,
  webhooksDocument,
} from './documents.ts';
import { isSubscribedTo, type Webhook } from './webhook.ts';

/** Events per read. */
const EVENT_BATCH_SIZE = 200;
/** Deliveries per commit, plus those of the last event's webhooks. */
const DELIVERY_BATCH_SIZE = 200;
/** A cursor without new deliveries is written only this often: reading those events again makes none. */
const EVENTS_PER_CHECKPOINT = 1000;

interface DerivationResult {
  /** Position up to which this process has read. */
  position: number;
  made: { account: AccountId; webhook: WebhookId }[];
  /** Events that the stream dropped before they were read. */
  lost: number;
  /** False if more events may be ready to read. */
  idle: boolean;
}

/**
 * Turns the next events of one partition into deliveries. The position in the stream is committed together with the
 * deliveries up to it, on the version that was read: a kill or a second process neither loses nor repeats a delivery
 * (SR-33).
 *
 * @param position where this process was, which may be ahead of the stored position
 */
export async function deriveDeliveries(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  partition: number,
  position: number,
): Promise<DerivationResult> {
  const now = ports.clock.now();
  const cursorKey = outboxCursorDocument.key(partition);
  // Most reads find nothing new and cost one read.
  const ahead = position > 0 ? await ports.store.readEvents(partition, position, EVENT_BATCH_SIZE) : undefined;
  if (ahead?.length === 0) return { position, made: [], lost: 0, idle: true };
  const [cursor] = await ports.store.getMany([cursorKey], now);
  const written = cursor?.value.sequence ?? 0;
  const from = Math.max(position, written);
  const events = from === position && ahead ? ahead : await ports.store.readEvents(partition, from, EVENT_BATCH_SIZE);
  const first = events[0]?.sequence ?? from + 1;
  const lost = from > 0 ? first - from - 1 : 0;

  const books = await readBooks(ports, events, now);
  const { upTo, pairs } = choose(events, books, from);
  const idle = events.length < EVENT_BATCH_SIZE && upTo === (events.at(-1)?.sequence ?? from);
  if (pairs.length === 0 && upTo - written < EVENTS_PER_CHECKPOINT) return { position: upTo, made: [], lost, idle };

  const webhooks = [...new Map(pairs.map(({ webhook }) => [webhook.id, webhook])).values()];
  const queueKeys = webhooks.map(({ id }) => deliveryQueueDocument.key(partition, id));
  const queues = await ports.store.getMany(queueKeys, now);
  const limit = queueLimit(ports.store.partitions);
  const after = new Map<WebhookId, DeliveryQueue>(
    webhooks.map(({ id }, i) => [id, queues[i]?.value ?? EMPTY_QUEUE] as const),
  );
  const deliveries: Delivery[] = [];
  for (const { webhook, event, sequence } of pairs) {
    const queue = after.get(webhook.id) ?? EMPTY_QUEUE;
    if (queue.pending >= limit) {
      after.set(webhook.id, { ...queue, dropped: queue.dropped + 1, lastDroppedAt: now });
      continue;
    }
    after.set(webhook.id, { ...queue, pending: queue.pending + 1 });
    deliveries.push({
      id: deliveryId(partition, sequence, webhook.id),
      account: webhook.account,
      webhook: webhook.id,
      type: event.type,
      body: deliveryBody(event),
      state: 'pending',
      attempts: 0,
      nextAttemptAt: now,
      createdAt: now,
    });
  }
  const outcome = await ports.store.commit({
    anchor: cursorKey.anchor,
    operation: newOperation(ports),
    now,
    expect: [
      { key: cursorKey, version: cursor?.version ?? ABSENT },
      ...queueKeys.map((key, i) => ({ key, version: queues[i]?.version ?? ABSENT })),
    ],
    put: [
      { key: cursorKey, value: { sequence: upTo } },
      ...webhooks.map(({ id }, i) => ({
        key: queueKeys[i] ?? deliveryQueueDocument.key(partition, id),
        value: after.get(id),
      })),
      ...deliveries.map((delivery) => ({ key: deliveryDocument.key(delivery.id), value: delivery })),
    ],
    index: deliveries.flatMap((delivery) => [
      { index: deliveryIndexes.all(delivery.webhook), add: byCreation(delivery) },
      { index: deliveryIndexes.due(delivery.webhook), add: byInstant(delivery.nextAttemptAt, delivery.id) },
    ]),
  });
  // Another process changed the cursor or a queue first: decide again from the same position.
  if (outcome === 'conflict') return { position: from, made: [], lost: 0, idle: false };
  const created = webhooks.map(({ account, id }) => ({ account, webhook: id }));
  return { position: upTo, made: created, lost, idle };
}

async function readBooks(ports: Pick<Ports, 'store'>, events: readonly StoredEvent[], now: number) {
  const accounts = [...new Set(events.map(({ event }) => accountEvent(event).account))];
  const books = await ports.store.getMany(accounts.map(webhooksDocument.key), now);
  return new Map(accounts.map((account, i) => [account, books[i]?.value.webhooks ?? []] as const));
}

/** Selects the webhooks for each event, as far as one commit reaches. */
function choose(events: readonly StoredEvent[], books: ReadonlyMap<AccountId, Webhook[]>, from: number) {
  const pairs: { webhook: Webhook; event: AccountEvent; sequence: number }[] = [];
  let upTo = from;
  for (const { event: json, sequence } of events) {
    if (pairs.length >= DELIVERY_BATCH_SIZE) break;
    const event = accountEvent(json);
    for (const webhook of books.get(event.account) ?? []) {
      if (isSubscribedTo(webhook, event)) pairs.push({ webhook, event, sequence });
    }
    upTo = sequence;
  }
  return { upTo, pairs };
}

/** Streams hold only what `createEvent` makes. */
function accountEvent(json: StoredEvent['event']): AccountEvent {
  return json as unknown as AccountEvent;
}
