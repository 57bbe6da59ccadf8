import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { referenceTo } from '../kernel/actor.ts';
import { callDependency } from '../kernel/dependency.ts';
import type { EventType } from '../kernel/event.ts';
import type { ResourceId, WebhookId } from '../kernel/ids.ts';
import type { WebhookPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal, wrongInput } from '../kernel/result.ts';
import type { NewId } from '../store/records/create-object.ts';
import { webhookIndexes, webhookSecretContext } from './documents.ts';
import { editBook, hasResources } from './edit-webhook.ts';
import { newSecret } from './rotate-webhook-secret.ts';
import { SECRET_BYTES, writeSecret } from './signature.ts';
import { MAX_WEBHOOKS, type Webhook } from './webhook.ts';

export interface NewWebhook {
  url: string;
  description?: string | undefined;
  events?: EventType[] | undefined;
  resources?: ResourceId[] | undefined;
  enabled: boolean;
}

/** Creates a webhook. The text of its secret is returned only once; the stored secret is encrypted (SR-21, SR-23). */
export async function createWebhook(
  ports: WebhookPorts,
  act: RequestContext,
  newId: NewId<WebhookId>,
  input: NewWebhook,
): Promise<Result<{ webhook: Webhook; secret: string }>> {
  const { account } = act.actor;
  const target = ports.webhookSender.read(input.url);
  if ('problem' in target) return wrongInput('url', target.problem);
  if (!(await hasResources(ports, account, input.resources))) return refusal('RESOURCE_NOT_FOUND');
  const bytes = ports.random.bytes(SECRET_BYTES);

  const created = await editBook<{ webhook: Webhook }>(ports, act, (book, now) => {
    const existing = book.webhooks.find(({ id }) => id === newId.id);
    // An interrupted request with the same Idempotency-Key already created it.
    if (existing && existing.madeWith === newId.madeWith && newId.madeWith !== undefined) {
      return { answer: { webhook: existing } };
    }
    if (existing) return { answer: refusal('CONTENTION') };
    if (book.webhooks.length >= MAX_WEBHOOKS) return { answer: refusal('WEBHOOK_LIMIT') };
    const webhook: Webhook = {
      id: newId.id,
      account,
      url: target.url,
      ...omitUndefined({ description: input.description }),
      ...(input.events && { events: [...new Set(input.events)] }),
      ...(input.resources && { resources: [...new Set(input.resources)] }),
      enabled: input.enabled,
      secrets: [newSecret(ports, account, newId.id, bytes, now)],
      createdAt: now,
      createdBy: referenceTo(act.actor),
      ...omitUndefined({ madeWith: newId.madeWith }),
    };
    return {
      answer: { webhook },
      book: { webhooks: [...book.webhooks, webhook] },
      event: { type: 'webhook.created', subject: webhook.id },
      index: [{ index: webhookIndexes.all(), add: { sort: account, id: webhook.id } }],
    };
  });
  if (isRefusal(created)) return created;
  const [secret] = created.webhook.secrets;
  if (!secret) return refusal('CONTENTION');
  const context = webhookSecretContext(account, newId.id, secret.id);
  const opened = callDependency('opening a webhook secret', () => ports.secrets.open(secret.sealed, context));
  return { webhook: created.webhook, secret: writeSecret(opened) };
}
