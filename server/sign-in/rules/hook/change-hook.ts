import type { HookFailureRule } from '@countersign/protocol/resources';
import { referenceTo } from '../../../kernel/actor.ts';
import type { EventDraft } from '../../../kernel/event.ts';
import type { ResourceId } from '../../../kernel/ids.ts';
import { mayAdminister } from '../../../kernel/policy.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal, wrongInput } from '../../../kernel/result.ts';
import { addSecret } from '../../../kernel/signing-secret.ts';
import { hookDocument, hookSecretContext, resourceDocument } from '../../../resources/documents.ts';
import type { Hook } from '../../../resources/hook.ts';
import type { Resource } from '../../../resources/resource.ts';
import { reindex } from '../../../store/index-entries.ts';
import { changedFields } from '../../../store/records/read-object.ts';
import { type Decision, transact, type Write } from '../../../store/transact.ts';
import { SECRET_BYTES, writeSecret } from '../../../webhooks/signature.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

/**
 * Sets address and failure rule of a resource's hook. The text of its secret is returned only when the hook is created;
 * the stored secret is encrypted (SR-21, SR-23).
 */
export async function setHook(
  ports: Needs & Pick<Ports, 'webhookSender'>,
  act: RequestContext,
  id: ResourceId,
  input: { url: string; onFailure: HookFailureRule },
): Promise<Result<{ hook: Hook; secret?: string }>> {
  const target = ports.webhookSender.read(input.url);
  if ('problem' in target) return wrongInput('url', target.problem);
  const settings = { url: target.url, onFailure: input.onFailure };
  const fresh = newSecret(ports);
  const set = await change(ports, act, id, (hook, now) => {
    if (hook) return { hook: { ...hook, ...settings } };
    const { account } = act.actor;
    const secrets = [fresh.seal(act, id, now)];
    const createdBy = referenceTo(act.actor);
    return { hook: { resource: id, account, ...settings, secrets, createdAt: now, createdBy } };
  });
  if (isRefusal(set)) return set;
  const { hook } = set;
  return hook.secrets.some((secret) => secret.id === fresh.id) ? { hook, secret: fresh.text } : { hook };
}

/** Replaces the secret. Until `overlapMs` have passed both sign (SR-32). Use 0 for a leaked secret. */
export async function rotateHookSecret(
  ports: Needs,
  act: RequestContext,
  id: ResourceId,
  overlapMs: number,
): Promise<Result<{ hook: Hook; secret: string }>> {
  const fresh = newSecret(ports);
  const rotated = await change(ports, act, id, (hook, now) =>
    hook ? { hook: addSecret(hook, fresh.seal(act, id, now), overlapMs, now) } : refusal('HOOK_NOT_FOUND'),
  );
  return isRefusal(rotated) ? rotated : { hook: rotated.hook, secret: fresh.text };
}

/** From then on the resource's results are issued without a call. */
export async function removeHook(
  ports: Needs,
  act: RequestContext,
  id: ResourceId,
): Promise<Result<{ removed: true }>> {
  const removed = await change(ports, act, id, (hook) => (hook ? {} : refusal('HOOK_NOT_FOUND')));
  return isRefusal(removed) ? removed : { removed: true };
}

export async function readHook(
  ports: Pick<Ports, 'store' | 'clock'>,
  act: RequestContext,
  id: ResourceId,
): Promise<Result<{ hook: Hook }>> {
  const refused = refusalFor(act);
  if (refused) return refused;
  const keys = [resourceDocument.key(id), hookDocument.key(id)] as const;
  const [resource, hook] = await ports.store.getMany(keys, ports.clock.now());
  if (resource?.value.account !== act.actor.account) return refusal('RESOURCE_NOT_FOUND');
  return hook && resource.value.hook ? { hook: hook.value } : refusal('HOOK_NOT_FOUND');
}

/** As for webhooks: the hook sends data of users to another server, and its answers become claims. */
function refusalFor({ actor }: RequestContext) {
  return mayAdminister(actor) ? undefined : refusal('FORBIDDEN');
}

/** A secret and, inside a decision, its encrypted form. */
function newSecret(ports: Pick<Ports, 'random' | 'secrets'>) {
  const bytes = ports.random.bytes(SECRET_BYTES);
  const id = Buffer.from(ports.random.bytes(6)).toString('base64url');
  return {
    id,
    text: writeSecret(bytes),
    seal: ({ actor }: RequestContext, resource: ResourceId, now: number) => ({
      id,
      sealed: ports.secrets.seal(bytes, hookSecretContext(actor.account, resource, id)),
      createdAt: now,
    }),
  };
}

/** Hook and mark share an anchor, so a sign-in never sees one without the other. */
function change<Edited extends { hook?: Hook }>(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: RequestContext,
  id: ResourceId,
  edit: (hook: Hook | undefined, now: number) => Edited | Refusal,
): Promise<Result<Edited>> {
  const [key, hookKey] = [resourceDocument.key(id), hookDocument.key(id)];
  return transact(ports, key.anchor, [key, hookKey], ([stored, storedHook], now): Decision<Result<Edited>> => {
    const refused = refusalFor(act);
    if (refused) return { answer: refused };
    if (stored?.value.account !== act.actor.account) return { answer: refusal('RESOURCE_NOT_FOUND') };
    const before = stored.value.hook && storedHook?.value;
    const edited = edit(before, now);
    if (isRefusal(edited)) return { answer: edited };
    const { hook } = edited;
    const { hook: _marked, ...rest } = stored.value;
    const resource: Resource = hook ? { ...rest, hook: true } : rest;
    if (before && hook && changedFields(before, hook).length === 0) return { answer: edited };
    const event: EventDraft = { type: 'resource.updated', subject: id, resource: id, changed: ['hook'] };
    const hooks: Write = hook ? { put: [{ key: hookKey, value: hook }] } : { delete: [hookKey] };
    return {
      answer: edited,
      write: {
        ...hooks,
        put: [{ key, value: resource }, ...(hooks.put ?? [])],
        index: reindex(key, stored.value, resource),
        append: [createEvent(act, event, now)],
      },
    };
  });
}
