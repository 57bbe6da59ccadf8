import type { AccountId, WebhookId } from '../kernel/ids.ts';
import type { SecretContext } from '../kernel/secret-context.ts';
import { defineDocument } from '../store/define-document.ts';
import { defineIndexes } from '../store/define-indexes.ts';
import { type Delivery, type DeliveryId, type DeliveryQueue, parseDeliveryId } from './delivery.ts';
import type { WebhookBook } from './webhook.ts';

/** All documents of a partition's outbox share one anchor. */
const outbox = (partition: number | string): string => `webhook-outbox/${partition}`;

export function webhookSecretContext(account: AccountId, webhook: WebhookId, secret: string): SecretContext {
  return { account, kind: 'webhook', id: webhook, field: `secret/${secret}` };
}

export const webhooksDocument = defineDocument<WebhookBook, [account: AccountId]>({
  kind: 'webhooks',
  description: 'The webhooks of an account.',
  anchor: 'account',
  key: (account) => [account],
  secrets: {
    fields: 'signing secrets',
    of: ({ webhooks }) =>
      webhooks.flatMap(({ account, id, secrets }) =>
        secrets.map((secret) => ({ sealed: secret.sealed, context: webhookSecretContext(account, id, secret.id) })),
      ),
  },
  onRestore: 'keep',
  // Each gets a new secret.
  onLostKey: ({ webhooks }) => ({ webhooks: webhooks.map((one) => ({ ...one, secrets: [] })) }),
  expires: 'never',
});

export const outboxCursorDocument = defineDocument<{ sequence: number }, [partition: number]>({
  kind: 'cursor',
  description: "How far a partition's events were turned into deliveries.",
  anchor: 'outbox of a partition',
  key: (partition) => [outbox(partition)],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
});

/** Queued deliveries are not sent after a restore: the original service sent most of them. */
export const deliveryQueueDocument = defineDocument<DeliveryQueue, [partition: number, webhook: WebhookId]>({
  kind: 'queue',
  description: 'How many deliveries wait for a webhook.',
  anchor: 'outbox of a partition',
  key: (partition, webhook) => [outbox(partition), webhook],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'never',
});

export const deliveryDocument = defineDocument<Delivery, [id: DeliveryId]>({
  kind: 'delivery',
  description: 'One event on its way to one webhook, with the body of the request.',
  anchor: 'outbox of a partition',
  key: (id) => [outbox(parseDeliveryId(id)?.partition ?? 0), id],
  secrets: 'none',
  onRestore: 'drop',
  expires: 'never; deleted some time after its end',
});

/** Webhooks of the whole server, sorted by account, so that a process finds queued deliveries after a start. */
export const webhookIndexes = defineIndexes(
  { kind: 'webhooks', anchorOf: ({ sort }) => sort, onRestore: 'keep' },
  { all: () => undefined },
);

export const deliveryIndexes = defineIndexes(
  { kind: 'webhook-deliveries', anchorOf: ({ id }) => outbox(id.split('_')[1] ?? ''), onRestore: 'drop' },
  {
    all: (webhook: WebhookId) => webhook,
    due: (webhook: WebhookId) => `${webhook}/due`,
    /** Delivered, by time. */
    finished: (webhook: WebhookId) => `${webhook}/finished`,
    dead: (webhook: WebhookId) => `${webhook}/dead`,
  },
);
