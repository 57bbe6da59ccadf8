import type { DeliveryState } from '@countersign/protocol/webhooks';
import type { EventType } from '../kernel/event.ts';
import type { WebhookId } from '../kernel/ids.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { listObjects, type Page } from '../store/records/list-objects.ts';
import { type Delivery, type DeliveryId, type DeliveryQueue, EMPTY_QUEUE } from './delivery.ts';
import { deliveryDocument, deliveryIndexes, deliveryQueueDocument } from './documents.ts';
import { readWebhook } from './edit-webhook.ts';

interface DeliveryQuery {
  after?: string | undefined;
  limit: number;
  order?: 'asc' | 'desc' | undefined;
  state?: DeliveryState | undefined;
  type?: EventType | undefined;
}

/** A page of a webhook's deliveries, newest first. Those in one state are sorted by when they entered it or are due. */
export async function readDeliveries(
  ports: ReadPorts,
  act: RequestContext,
  webhook: WebhookId,
  { state, type, ...page }: DeliveryQuery,
): Promise<Result<Page<Delivery>>> {
  const found = await readWebhook(ports, act, webhook);
  if (isRefusal(found)) return found;
  const index = INDEX_OF[state ?? 'any'](webhook);
  const fits = (one: Delivery) =>
    (state === undefined || one.state === state) && (type === undefined || one.type === type);
  const where = state === undefined && type === undefined ? undefined : fits;
  const key = (id: DeliveryId) => deliveryDocument.key(id);
  return listObjects(ports, { ...page, index, account: act.actor.account, key, where });
}

const INDEX_OF: Record<DeliveryState | 'any', (webhook: WebhookId) => string> = {
  any: deliveryIndexes.all,
  pending: deliveryIndexes.due,
  delivered: deliveryIndexes.finished,
  dead: deliveryIndexes.dead,
};

/** Number of queued deliveries of a webhook and of those dropped for lack of space, over all outboxes. */
export async function readQueue(ports: ReadPorts, webhook: WebhookId): Promise<DeliveryQueue> {
  const keys = Array.from({ length: ports.store.partitions }, (_, p) => deliveryQueueDocument.key(p, webhook));
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
