import type { WebhookId } from '../domain/ids.ts';
import { type Delivery, type DeliveryId, type DeliveryQueue, EMPTY_QUEUE } from '../domain/webhook/delivery.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { indexes } from '../ports/indexes.ts';
import type { Act } from './act.ts';
import { readWebhook } from './edit-webhook.ts';
import { listObjects, type Page } from './list-objects.ts';
import { isRefusal, type Verdict } from './verdict.ts';

/** A page of a webhook's deliveries, newest first; of the dead ones by when they died. */
export async function readDeliveries(
  ports: Pick<Ports, 'store' | 'clock'>,
  act: Act,
  webhook: WebhookId,
  query: { after?: string | undefined; limit: number; state?: 'dead' | undefined },
): Promise<Verdict<Page<Delivery>>> {
  const found = await readWebhook(ports, act, webhook);
  if (isRefusal(found)) return found;
  const { state, ...page } = query;
  const index = state === 'dead' ? indexes.deadDeliveries(webhook) : indexes.deliveries(webhook);
  const key = (id: DeliveryId) => documents.delivery(id);
  return listObjects(ports, { ...page, index, account: act.actor.account, key });
}

/** What waits for a webhook, and what found no room, over all outboxes. */
export async function readQueue(ports: Pick<Ports, 'store' | 'clock'>, webhook: WebhookId): Promise<DeliveryQueue> {
  const keys = Array.from({ length: ports.store.partitions }, (_, p) => documents.deliveryQueue(p, webhook));
  const queues = await ports.store.getMany(keys, ports.clock.now());
  let sum: DeliveryQueue = EMPTY_QUEUE;
  for (const queue of queues) {
    if (!queue) continue;
    const { pending, dropped, lastDroppedAt } = queue.value;
    const latest = Math.max(sum.lastDroppedAt ?? 0, lastDroppedAt ?? 0);
    sum = {
      pending: sum.pending + pending,
      dropped: sum.dropped + dropped,
      ...(latest > 0 && { lastDroppedAt: latest }),
    };
  }
  return sum;
}
