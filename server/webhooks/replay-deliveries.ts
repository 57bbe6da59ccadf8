import type { WebhookId } from '../kernel/ids.ts';
import { mayAdminister } from '../kernel/policy.ts';
import type { ReadPorts, WritePorts } from '../kernel/ports/ports.ts';
import type { Stored } from '../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { byInstant } from '../store/index-entries.ts';
import { type Decision, transact } from '../store/transact.ts';
import { type Delivery, type DeliveryId, EMPTY_QUEUE, parseDeliveryId } from './delivery.ts';
import { deliveryDocument, deliveryIndexes, deliveryQueueDocument } from './documents.ts';
import { readWebhook } from './edit-webhook.ts';

/** Dead letters replayed per call. */
const BATCH_SIZE = 500;

/**
 * Sends deliveries again under the same id: the given ones in any state, or all dead letters. Their tries start from
 * zero. Pending deliveries stay as they are.
 */
export async function replayDeliveries(
  ports: WritePorts,
  act: RequestContext,
  webhook: WebhookId,
  which: readonly string[] | 'dead',
): Promise<Result<{ replayed: number; more: boolean }>> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  const found = await readWebhook(ports, act, webhook);
  if (isRefusal(found)) return found;

  const dead =
    which === 'dead' ? await ports.store.range(deliveryIndexes.dead(webhook), { limit: BATCH_SIZE + 1 }) : [];
  const named = which === 'dead' ? dead.slice(0, BATCH_SIZE).map(({ id }) => id) : [...new Set(which)];
  const byPartition = new Map<number, DeliveryId[]>();
  for (const text of named) {
    const parsed = parseDeliveryId(text);
    if (parsed?.webhook !== webhook || parsed.partition >= ports.store.partitions) return refusal('DELIVERY_NOT_FOUND');
    byPartition.set(parsed.partition, [...(byPartition.get(parsed.partition) ?? []), parsed.id]);
  }
  if (which !== 'dead' && !(await allThere(ports, act, [...byPartition.values()].flat()))) {
    return refusal('DELIVERY_NOT_FOUND');
  }

  let replayed = 0;
  for (const [partition, ids] of byPartition) {
    // One request, one event: with the first commit that changes something (SR-34).
    replayed += await replayIn(ports, act, webhook, partition, ids, replayed === 0);
  }
  return { replayed, more: dead.length > BATCH_SIZE };
}

async function allThere(ports: ReadPorts, act: RequestContext, ids: readonly DeliveryId[]): Promise<boolean> {
  const stored = await ports.store.getMany(ids.map(deliveryDocument.key), ports.clock.now());
  return stored.every((delivery) => delivery?.value.account === act.actor.account);
}

function replayIn(
  ports: WritePorts,
  act: RequestContext,
  webhook: WebhookId,
  partition: number,
  ids: readonly DeliveryId[],
  tell: boolean,
): Promise<number> {
  const queueKey = deliveryQueueDocument.key(partition, webhook);
  const keys = [queueKey, ...ids.map(deliveryDocument.key)] as const;
  return transact(ports, queueKey.anchor, keys, ([queue, ...stored], now): Decision<number> => {
    const again = stored.filter(isFinished).map(({ value }) => value);
    if (again.length === 0) return { answer: 0 };
    const held = queue?.value ?? EMPTY_QUEUE;
    return {
      answer: again.length,
      write: {
        put: [
          { key: queueKey, value: { ...held, pending: held.pending + again.length } },
          ...again.map((delivery) => ({ key: deliveryDocument.key(delivery.id), value: renewed(delivery, now) })),
        ],
        index: again.flatMap(({ id, state, finishedAt = 0 }) => {
          const index = state === 'dead' ? deliveryIndexes.dead(webhook) : deliveryIndexes.finished(webhook);
          return [
            { index, remove: byInstant(finishedAt, id) },
            { index: deliveryIndexes.due(webhook), add: byInstant(now, id) },
          ];
        }),
        ...(tell && { append: [createEvent(act, { type: 'webhook.replayed', subject: webhook }, now)] }),
      },
    };
  });
}

function isFinished(stored: Stored<Delivery> | undefined): stored is Stored<Delivery> {
  return stored !== undefined && stored.value.state !== 'pending';
}

function renewed({ finishedAt: _finishedAt, ...delivery }: Delivery, now: number): Delivery {
  return {
    ...delivery,
    state: 'pending',
    attempts: 0,
    nextAttemptAt: now,
    replays: (delivery.replays ?? 0) + 1,
  };
}
