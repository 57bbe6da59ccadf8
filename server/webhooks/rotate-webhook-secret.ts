import type { AccountId, WebhookId } from '../kernel/ids.ts';
import type { Ports, SecretPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { addSecret } from '../kernel/signing-secret.ts';
import type { IfMatchVersions } from '../store/records/etag.ts';
import { webhookSecretContext } from './documents.ts';
import { editWebhook } from './edit-webhook.ts';
import { SECRET_BYTES, writeSecret } from './signature.ts';
import type { Webhook, WebhookSecret } from './webhook.ts';

/**
 * Replaces a webhook's secret. Until `overlapMs` have passed both secrets sign, so that the receiver has time to switch
 * (SR-32). Use 0 for a leaked secret.
 *
 * @param given the 32 bytes of the new secret and its id; random by default
 */
export async function rotateWebhookSecret(
  ports: SecretPorts,
  act: RequestContext,
  id: WebhookId,
  overlapMs: number,
  seen?: IfMatchVersions,
  given?: { bytes: Uint8Array; madeWith: string },
): Promise<Result<{ webhook: Webhook; secret: string }>> {
  const { account } = act.actor;
  const bytes = given?.bytes ?? ports.random.bytes(SECRET_BYTES);
  const edit = (webhook: Webhook, now: number) => {
    // An interrupted request with the same Idempotency-Key already set this secret.
    if (given !== undefined && webhook.secrets.some(({ madeWith }) => madeWith === given.madeWith)) return webhook;
    const secret = newSecret(ports, account, id, bytes, now);
    return addSecret(webhook, given ? { ...secret, madeWith: given.madeWith } : secret, overlapMs, now);
  };
  const edited = await editWebhook(ports, act, 'webhook.rotated', id, edit, seen);
  return isRefusal(edited) ? edited : { webhook: edited.webhook, secret: writeSecret(bytes) };
}

export function newSecret(
  ports: Pick<Ports, 'random' | 'secrets'>,
  account: AccountId,
  webhook: WebhookId,
  bytes: Uint8Array,
  now: number,
): WebhookSecret {
  const id = Buffer.from(ports.random.bytes(6)).toString('base64url');
  return { id, sealed: ports.secrets.seal(bytes, webhookSecretContext(account, webhook, id)), createdAt: now };
}
