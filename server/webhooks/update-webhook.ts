import type { EventType } from '../kernel/event.ts';
import type { ResourceId, WebhookId } from '../kernel/ids.ts';
import type { Ports, WritePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal, wrongInput } from '../kernel/result.ts';
import { applyChanges } from '../store/records/apply-changes.ts';
import { type IfMatchVersions, isUnchangedSince } from '../store/records/etag.ts';
import { versionConflict } from '../store/records/read-object.ts';
import { editBook, editWebhook, hasResources } from './edit-webhook.ts';
import type { Webhook } from './webhook.ts';

/** `null` clears a filter: then all events, or those of all resources. */
export interface WebhookChanges {
  url?: string | undefined;
  description?: string | null | undefined;
  events?: EventType[] | null | undefined;
  resources?: ResourceId[] | null | undefined;
  enabled?: boolean | undefined;
}

/** Changes a webhook. Queued deliveries go to the new address, and a webhook that is enabled again continues. */
export async function updateWebhook(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'webhookSender'>,
  act: RequestContext,
  id: WebhookId,
  changes: WebhookChanges,
  seen?: IfMatchVersions,
): Promise<Result<{ webhook: Webhook }>> {
  const target = changes.url === undefined ? undefined : ports.webhookSender.read(changes.url);
  if (target && 'problem' in target) return wrongInput('url', target.problem);
  if (!(await hasResources(ports, act.actor.account, changes.resources ?? []))) return refusal('RESOURCE_NOT_FOUND');
  const wanted = { ...changes, url: target?.url, ...(changes.enabled && { disabledReason: null }) };
  const edit = (webhook: Webhook) => applyChanges(webhook, wanted);
  return editWebhook(ports, act, 'webhook.updated', id, edit, seen);
}

/** Deletes a webhook. The runner removes its queued deliveries, and nothing more is sent. */
export function deleteWebhook(
  ports: WritePorts,
  act: RequestContext,
  id: WebhookId,
  seen?: IfMatchVersions,
): Promise<Result<{ deleted: true }>> {
  return editBook<{ deleted: true }>(ports, act, (book) => {
    const webhook = book.webhooks.find((one) => one.id === id);
    if (!webhook) return { answer: refusal('WEBHOOK_NOT_FOUND') };
    if (!isUnchangedSince(webhook, seen)) return { answer: versionConflict(webhook) };
    const rest = book.webhooks.filter((one) => one !== webhook);
    // Its index entry stays until nothing of it is left to remove.
    return {
      answer: { deleted: true },
      book: { webhooks: rest },
      event: { type: 'webhook.deleted', subject: id },
    };
  });
}
