import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId, WebhookId } from '../kernel/ids.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import { DAY_MS } from '../kernel/time.ts';
import { byCreation, byInstant } from '../store/index-entries.ts';
import { newOperation, transact, type Write } from '../store/transact.ts';
import { type Delivery, type DeliveryId, parseDeliveryId } from './delivery.ts';
import { deliveryDocument, deliveryIndexes, deliveryQueueDocument, webhookIndexes } from './documents.ts';

const BATCH_SIZE = 200;

/** Retained deliveries per state, and for how long. */
type DeliveryRetention = Readonly<Record<'delivered' | 'dead', { readonly most: number; readonly forMs: number }>>;

export const DEFAULT_RETENTION: DeliveryRetention = {
  delivered: { most: 1000, forMs: 7 * DAY_MS },
  dead: { most: 10_000, forMs: 30 * DAY_MS },
};

/** Removes some deliveries of a webhook that are old or above the bound. Returns the number it looked at. */
export async function pruneDeliveries(
  ports: WritePorts,
  webhook: WebhookId,
  retention: DeliveryRetention = DEFAULT_RETENTION,
): Promise<number> {
  let found = 0;
  for (const [index, kept] of [
    [deliveryIndexes.finished(webhook), retention.delivered],
    [deliveryIndexes.dead(webhook), retention.dead],
  ] as const) {
    const entries = await surplus(ports, index, kept);
    // A delivery that was replayed in the meantime is no longer surplus.
    await change(ports, index, entries, (one) => (one.state === 'pending' ? {} : without(one)));
    found += entries.length;
  }
  return found;
}

/**
 * Removes some of what is left of a deleted webhook, and at last its index entry. Returns true when nothing is left.
 */
export async function purgeWebhook(ports: WritePorts, account: AccountId, webhook: WebhookId): Promise<boolean> {
  const index = deliveryIndexes.all(webhook);
  const left = await ports.store.range(index, { limit: BATCH_SIZE });
  if (left.length > 0) {
    await change(ports, index, left, without);
    return false;
  }
  const now = ports.clock.now();
  for (let partition = 0; partition < ports.store.partitions; partition++) {
    const key = deliveryQueueDocument.key(partition, webhook);
    const [queue] = await ports.store.getMany([key], now);
    if (!queue) continue;
    await transact(ports, key.anchor, [key], () => ({ answer: undefined, write: { delete: [key] } }));
  }
  const outcome = await ports.store.commit({
    anchor: account,
    operation: newOperation(ports),
    now,
    expect: [],
    index: [{ index: webhookIndexes.all(), remove: { sort: account, id: webhook } }],
  });
  return outcome === 'committed';
}

/**
 * Erases personal data: removes what has ended, and replaces the body of what is still to be sent.
 *
 * @param erase returns the body without the data; undefined if it holds none
 */
export async function eraseFromDeliveries(
  ports: WritePorts,
  webhook: WebhookId,
  erase: (body: string) => string | undefined,
): Promise<void> {
  // By creation: a try in the meantime moves no delivery past the walk.
  const index = deliveryIndexes.all(webhook);
  for (let after: IndexEntry | undefined; ; ) {
    const entries = await ports.store.range(index, { limit: BATCH_SIZE, ...omitUndefined({ after }) });
    await change(ports, index, entries, (delivery) => {
      const body = erase(delivery.body);
      if (body === undefined) return {};
      return delivery.state === 'pending'
        ? { put: [{ key: deliveryDocument.key(delivery.id), value: { ...delivery, body } }] }
        : without(delivery);
    });
    after = entries.at(-1);
    if (entries.length < BATCH_SIZE) return;
  }
}

async function surplus(ports: WritePorts, index: string, kept: { most: number; forMs: number }): Promise<IndexEntry[]> {
  const before = byInstant(ports.clock.now() - kept.forMs, '');
  const old = await ports.store.range(index, { limit: BATCH_SIZE });
  const found = old.filter(({ sort }) => sort < before.sort);
  if (found.length > 0) return found;
  let last: IndexEntry | undefined;
  for (let seen = 0; seen < kept.most; ) {
    const page = await ports.store.range(index, {
      limit: Math.min(1000, kept.most - seen),
      reverse: true,
      ...omitUndefined({ after: last }),
    });
    last = page.at(-1);
    if (!last || page.length < Math.min(1000, kept.most - seen)) return [];
    seen += page.length;
  }
  return ports.store.range(index, { limit: BATCH_SIZE, reverse: true, ...omitUndefined({ after: last }) });
}

/** Grouped by outbox, since documents of one outbox share a commit. */
async function change(
  ports: WritePorts,
  index: string,
  entries: readonly IndexEntry[],
  decide: (delivery: Delivery) => Write,
): Promise<void> {
  const byPartition = new Map<number, { id: DeliveryId; entry: IndexEntry }[]>();
  for (const entry of entries) {
    const parsed = parseDeliveryId(entry.id);
    if (!parsed) continue;
    byPartition.set(parsed.partition, [...(byPartition.get(parsed.partition) ?? []), { id: parsed.id, entry }]);
  }
  for (const group of byPartition.values()) {
    const keys = group.map(({ id }) => deliveryDocument.key(id));
    const [first] = keys;
    if (!first) continue;
    await transact(ports, first.anchor, keys, (current) => {
      const writes = group.map(({ entry }, i): Write => {
        const delivery = current[i]?.value;
        // The document is gone; remove its index entry.
        if (!delivery) return { index: [{ index, remove: entry }] };
        return decide(delivery);
      });
      return { answer: undefined, write: writes.reduce(together) };
    });
  }
}

function without(delivery: Delivery): Write {
  return {
    delete: [deliveryDocument.key(delivery.id)],
    index: [
      { index: deliveryIndexes.all(delivery.webhook), remove: byCreation(delivery) },
      { index: indexOf(delivery), remove: byInstant(sortedBy(delivery), delivery.id) },
    ],
  };
}

function indexOf({ state, webhook }: Delivery): string {
  if (state === 'pending') return deliveryIndexes.due(webhook);
  return state === 'dead' ? deliveryIndexes.dead(webhook) : deliveryIndexes.finished(webhook);
}

function sortedBy({ state, nextAttemptAt, finishedAt }: Delivery): number {
  return state === 'pending' ? nextAttemptAt : (finishedAt ?? 0);
}

function together(one: Write, other: Write): Write {
  return {
    put: [...(one.put ?? []), ...(other.put ?? [])],
    delete: [...(one.delete ?? []), ...(other.delete ?? [])],
    index: [...(one.index ?? []), ...(other.index ?? [])],
  };
}
