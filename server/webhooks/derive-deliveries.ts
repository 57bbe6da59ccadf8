import { MAX_COMMIT_TRIES } from '../events/consume-by-account.ts';
import type { EventBatch, EventConsumer, StreamEvent, StreamPart } from '../events/consume-events.ts';
import type { ConsumerName } from '../events/documents.ts';
import type { Cursors } from '../events/log/segment.ts';
import type { AccountEvent } from '../kernel/event.ts';
import { type AccountId, parseId, type WebhookId } from '../kernel/ids.ts';
import { mapConcurrent } from '../kernel/map-concurrent.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { ABSENT } from '../kernel/ports/store.ts';
import { byCreation, byInstant } from '../store/index-entries.ts';
import { Contention, newOperation } from '../store/transact.ts';
import { type Delivery, type DeliveryQueue, deliveryBody, deliveryId, EMPTY_QUEUE, queueLimit } from './delivery.ts';
import {
  deliveryDocument,
  deliveryIndexes,
  deliveryQueueDocument,
  outboxCursorDocument,
  webhooksDocument,
} from './documents.ts';
import { isSubscribedTo, type Webhook } from './webhook.ts';

/** Deliveries per commit, plus those of the last event's webhooks. */
const DELIVERY_BATCH_SIZE = 200;
/** Partitions processed concurrently. */
const MAX_CONCURRENT_PARTITIONS = 8;

/** What a consumer tells the process that sends. */
interface Notices {
  /** There may be something to do for this webhook: new deliveries, or a change to it. */
  onWork?(account: AccountId, webhook: WebhookId): void;
  /** The stream dropped these events before they were read. */
  onLost?(partition: number, lost: number): void;
}

/**
 * Turns events into deliveries. The position in the stream is committed together with the deliveries up to it, on the
 * version that was read: a kill or a second process neither loses nor repeats a delivery (SR-33). Events that no
 * webhook wants cost no commit of their own.
 */
export function createDeriver(ports: WritePorts, { onWork, onLost }: Notices = {}): EventConsumer {
  return {
    name: 'webhooks' satisfies ConsumerName,
    async take(batch) {
      for (const { partition, lost } of batch.parts) {
        if (lost && lost.from > 1) onLost?.(partition, lost.to - lost.from + 1);
      }
      const books = await readBooks(ports, batch);
      if (books.size > 0) {
        await mapConcurrent(batch.parts, MAX_CONCURRENT_PARTITIONS, async (part) => {
          for (const { account, id } of await takePart(ports, part, books)) onWork?.(account, id);
        });
      }
      for (const { event } of batch.parts.flatMap(({ events }) => events)) {
        const webhook = parseId('whk', event.subject);
        if (webhook) onWork?.(event.account, webhook);
      }
    },
    start: () => readCursors(ports),
  };
}

/** How far each partition was derived before positions were stored for all consumers alike. */
async function readCursors({ store, clock }: WritePorts): Promise<Cursors> {
  const keys = Array.from({ length: store.partitions }, (_, partition) => outboxCursorDocument.key(partition));
  const stored = await store.getMany(keys, clock.now());
  return Object.fromEntries(stored.map((one, partition) => [partition, one?.value.sequence ?? 0]));
}

/** The webhooks of the batch's accounts, of accounts that have any. */
async function readBooks({ store, clock }: WritePorts, { byAccount }: EventBatch) {
  const accounts = [...byAccount.keys()];
  const books = await store.getMany(accounts.map(webhooksDocument.key), clock.now());
  const found = accounts.map((account, i) => [account, books[i]?.value.webhooks ?? []] as const);
  return new Map(found.filter(([, webhooks]) => webhooks.length > 0));
}

interface Pair {
  readonly webhook: Webhook;
  readonly event: AccountEvent;
  readonly sequence: number;
}

/** Makes the deliveries of a partition's events. Returns the webhooks that have new ones. */
async function takePart(
  ports: WritePorts,
  { partition, events }: StreamPart,
  books: ReadonlyMap<AccountId, readonly Webhook[]>,
): Promise<Webhook[]> {
  const made: Webhook[] = [];
  let pairs = pairsOf(events, books);
  for (let tries = 0; pairs.length > 0; ) {
    if (tries === MAX_COMMIT_TRIES) throw new Contention(outboxCursorDocument.key(partition).anchor);
    const committed = await commitDeliveries(ports, partition, pairs);
    tries = committed ? 0 : tries + 1;
    if (!committed) continue;
    made.push(...committed.webhooks);
    pairs = pairs.filter(({ sequence }) => sequence > committed.upTo);
  }
  return made;
}

function pairsOf(events: readonly StreamEvent[], books: ReadonlyMap<AccountId, readonly Webhook[]>): Pair[] {
  return events.flatMap(({ event, sequence }) =>
    (books.get(event.account) ?? [])
      .filter((webhook) => isSubscribedTo(webhook, event))
      .map((webhook) => ({ webhook, event, sequence })),
  );
}

/** Commits the first of them that no process has committed. Undefined on conflict: decide again. */
async function commitDeliveries(
  ports: WritePorts,
  partition: number,
  pairs: readonly Pair[],
): Promise<{ upTo: number; webhooks: Webhook[] } | undefined> {
  const now = ports.clock.now();
  const cursorKey = outboxCursorDocument.key(partition);
  const [cursor] = await ports.store.getMany([cursorKey], now);
  const written = cursor?.value.sequence ?? 0;
  const chosen = choose(pairs.filter(({ sequence }) => sequence > written));
  const upTo = chosen.at(-1)?.sequence;
  if (upTo === undefined) return { upTo: written, webhooks: [] };
  const webhooks = [...new Map(chosen.map(({ webhook }) => [webhook.id, webhook])).values()];
  const queueKeys = webhooks.map(({ id }) => deliveryQueueDocument.key(partition, id));
  const queues = await ports.store.getMany(queueKeys, now);
  const before = new Map(webhooks.map(({ id }, i) => [id, queues[i]?.value ?? EMPTY_QUEUE] as const));
  const { after, deliveries } = enqueue(chosen, before, partition, queueLimit(ports.store.partitions), now);
  const outcome = await ports.store.commit({
    anchor: cursorKey.anchor,
    operation: newOperation(ports),
    once: true,
    now,
    expect: [
      { key: cursorKey, version: cursor?.version ?? ABSENT },
      ...queueKeys.map((key, i) => ({ key, version: queues[i]?.version ?? ABSENT })),
    ],
    put: [
      { key: cursorKey, value: { sequence: upTo } },
      ...webhooks.map(({ id }) => ({ key: deliveryQueueDocument.key(partition, id), value: after.get(id) })),
      ...deliveries.map((delivery) => ({ key: deliveryDocument.key(delivery.id), value: delivery })),
    ],
    index: deliveries.flatMap((delivery) => [
      { index: deliveryIndexes.all(delivery.webhook), add: byCreation(delivery) },
      { index: deliveryIndexes.due(delivery.webhook), add: byInstant(delivery.nextAttemptAt, delivery.id) },
    ]),
  });
  return outcome === 'committed' ? { upTo, webhooks } : undefined;
}

/** As many whole events as one commit takes. */
function choose(pairs: readonly Pair[]): readonly Pair[] {
  const last = pairs[DELIVERY_BATCH_SIZE - 1];
  return last ? pairs.filter(({ sequence }) => sequence <= last.sequence) : pairs;
}

/** The queues after these events, and the deliveries that fit into them. */
function enqueue(
  pairs: readonly Pair[],
  before: ReadonlyMap<WebhookId, DeliveryQueue>,
  partition: number,
  limit: number,
  now: number,
) {
  const after = new Map(before);
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
  return { after, deliveries };
}
