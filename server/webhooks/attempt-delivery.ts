import { callDependency } from '../kernel/dependency.ts';
import type { AccountId, WebhookId } from '../kernel/ids.ts';
import { runExclusive } from '../kernel/keyed-queue.ts';
import type { Ports, ReadPorts, WebhookPorts } from '../kernel/ports/ports.ts';
import type { SendOutcome } from '../kernel/send-outcome.ts';
import { signingSecrets } from '../kernel/signing-secret.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import { byInstant } from '../store/index-entries.ts';
import { type Decision, transact, type Write } from '../store/transact.ts';
import { type Delivery, type DeliveryId, type DeliveryQueue, EMPTY_QUEUE, parseDeliveryId } from './delivery.ts';
import { deliveryDocument, deliveryIndexes, deliveryQueueDocument, webhookSecretContext } from './documents.ts';
import { editWebhook, readBook } from './edit-webhook.ts';
import { decideNextStep, type NextStep, RETRY_DELAYS_MS } from './retry.ts';
import { signatureHeaders } from './signature.ts';
import type { Webhook } from './webhook.ts';

/** A try without a record by then counts as lost and is repeated. Longer than the sender's timeout. */
export const LEASE_MS = MINUTE_MS;

/**
 * `taken`: not due any more, since another process has it. `paused`: the webhook is disabled or deleted, and the
 * delivery stays unchanged.
 */
export type AttemptResult = NextStep['kind'] | 'interrupted' | 'taken' | 'paused';

/** The due deliveries of a webhook or, if there are none, the time of the next one. */
export async function dueDeliveries(
  ports: ReadPorts,
  webhook: WebhookId,
  limit: number,
): Promise<{ due: DeliveryId[]; nextAt?: number }> {
  const now = ports.clock.now();
  const entries = await ports.store.range(deliveryIndexes.due(webhook), { limit });
  const due = entries.filter(({ sort }) => Number(sort) <= now);
  const next = entries[due.length];
  return { due: due.map(({ id }) => id as DeliveryId), ...(next && { nextAt: Number(next.sort) }) };
}

/**
 * One try of one delivery: claim it under a lease, send it, record it. The claim is exclusive until the lease ends; if
 * the process dies, another repeats the try, so the receiver gets it at least once.
 */
export async function attemptDelivery(
  ports: WebhookPorts,
  id: DeliveryId,
  signal?: AbortSignal,
): Promise<AttemptResult> {
  const claimed = await claim(ports, id);
  if (!claimed) return 'taken';
  // A try that was started repeatedly and never recorded ends like a failed one.
  if (claimed.attempts > RETRY_DELAYS_MS.length + 1) {
    return record(ports, claimed, { kind: 'failed', failure: 'interrupted' }, { kind: 'dead' });
  }
  const webhook = (await readBook(ports, claimed.account)).find((one) => one.id === claimed.webhook);
  if (!webhook?.enabled) {
    await giveBack(ports, claimed);
    return 'paused';
  }
  const outcome = await ports.webhookSender.send(
    { url: webhook.url, headers: signedHeaders(ports, webhook, claimed.id, claimed.body), body: claimed.body },
    signal,
  );
  if (outcome.kind === 'failed' && outcome.failure === 'interrupted') {
    await giveBack(ports, claimed);
    return 'interrupted';
  }
  const [byte = 0] = ports.random.bytes(1);
  const step = decideNextStep(outcome, claimed.attempts, byte / 255);
  if (step.kind === 'gone') await switchOff(ports, webhook.account, webhook.id);
  return record(ports, claimed, outcome, step);
}

/** The headers of a message: the sender, and the signatures of every secret that has not expired (SR-32). */
export function signedHeaders(
  ports: Pick<Ports, 'clock' | 'secrets'>,
  webhook: Webhook,
  id: string,
  body: string,
): Record<string, string> {
  const at = ports.clock.now();
  const secrets = signingSecrets(webhook, at).map(({ id: secret, sealed }) =>
    callDependency('opening a webhook secret', () =>
      ports.secrets.open(sealed, webhookSecretContext(webhook.account, webhook.id, secret)),
    ),
  );
  return {
    'content-type': 'application/json',
    'user-agent': 'Countersign-Webhooks/1',
    ...signatureHeaders({ id, at, body }, secrets),
  };
}

function claim(ports: WebhookPorts, id: DeliveryId): Promise<Delivery | undefined> {
  const key = deliveryDocument.key(id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Delivery | undefined> => {
    const delivery = stored?.value;
    if (delivery?.state !== 'pending' || delivery.nextAttemptAt > now) return { answer: undefined };
    const claimed = { ...delivery, attempts: delivery.attempts + 1, nextAttemptAt: now + LEASE_MS };
    return { answer: claimed, write: moved(delivery, claimed) };
  });
}

/** Interrupted by shutdown: do not count the attempt; retry immediately. */
function giveBack(ports: WebhookPorts, claimed: Delivery): Promise<void> {
  const key = deliveryDocument.key(claimed.id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<void> => {
    if (!stored || !isStill(stored.value, claimed)) return { answer: undefined };
    const back = { ...stored.value, attempts: claimed.attempts - 1, nextAttemptAt: now };
    return { answer: undefined, write: moved(stored.value, back) };
  });
}

/**
 * Records the outcome of a try. Tries of one webhook share a queue's count, so a process records them one after the
 * other: concurrent commits would conflict, and a lost record sends the message again.
 */
function record(
  ports: WebhookPorts,
  claimed: Delivery,
  outcome: SendOutcome,
  step: NextStep,
): Promise<NextStep['kind']> {
  const key = deliveryDocument.key(claimed.id);
  const queueKey = deliveryQueueDocument.key(parseDeliveryId(claimed.id)?.partition ?? 0, claimed.webhook);
  return runExclusive(ports.store, `${queueKey.anchor}/${queueKey.name}`, () =>
    transact(ports, key.anchor, [key, queueKey], ([stored, queue], now): Decision<NextStep['kind']> => {
      const current = stored?.value;
      // The lease ended and another process retries it, or it was removed. A receipt counts all the same.
      const ours = current !== undefined && isStill(current, claimed);
      const receipt = current?.state === 'pending' && step.kind === 'delivered';
      if (!current || !(ours || receipt)) return { answer: step.kind };
      const lastAttempt = {
        at: now,
        ...(outcome.kind === 'answered' ? { status: outcome.status } : { failure: outcome.failure }),
      };
      const write =
        step.kind === 'retry'
          ? moved(current, { ...current, lastAttempt, nextAttemptAt: now + step.delayMs })
          : finished(current, {
              ...current,
              state: step.kind === 'delivered' ? 'delivered' : 'dead',
              lastAttempt,
              finishedAt: now,
            });
      if (step.kind === 'retry') return { answer: step.kind, write };
      const counted = { key: queueKey, value: oneLess(queue?.value) };
      return { answer: step.kind, write: { ...write, put: [...(write.put ?? []), counted] } };
    }),
  );
}

function finished(from: Delivery, to: Delivery & { finishedAt: number }): Write {
  const index = to.state === 'dead' ? deliveryIndexes.dead : deliveryIndexes.finished;
  return {
    put: [{ key: deliveryDocument.key(to.id), value: to }],
    index: [dueEntry('remove', from), { index: index(to.webhook), add: byInstant(to.finishedAt, to.id) }],
  };
}

function oneLess(queue: DeliveryQueue = EMPTY_QUEUE): DeliveryQueue {
  return { ...queue, pending: Math.max(0, queue.pending - 1) };
}

/** True if a delivery is unchanged since this process claimed it. */
function isStill(current: Delivery, claimed: Delivery): boolean {
  return (
    current.state === 'pending' &&
    current.attempts === claimed.attempts &&
    current.nextAttemptAt === claimed.nextAttemptAt
  );
}

/** Moves a pending delivery to another time, in its document and in the index. */
function moved(from: Delivery, to: Delivery): Write {
  return {
    put: [{ key: deliveryDocument.key(to.id), value: to }],
    index: [dueEntry('remove', from), dueEntry('add', to)],
  };
}

function dueEntry<V extends 'add' | 'remove'>(verb: V, { webhook, nextAttemptAt, id }: Delivery) {
  return { index: deliveryIndexes.due(webhook), [verb]: byInstant(nextAttemptAt, id) };
}

/** On 410 the receiver is gone: disable the webhook once, with one event. */
async function switchOff(ports: WebhookPorts, account: AccountId, id: WebhookId): Promise<void> {
  await editWebhook(ports, { actor: { kind: 'service', account } }, 'webhook.disabled', id, (webhook) =>
    webhook.enabled ? { ...webhook, enabled: false, disabledReason: 'gone' } : webhook,
  );
}
