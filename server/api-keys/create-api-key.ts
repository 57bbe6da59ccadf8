import type { ApiScope } from '@countersign/protocol/api-keys';
import { referenceTo } from '../kernel/actor.ts';
import { type AccountId, type ApiKeyId, crockford, idFromBytes, type ResourceId } from '../kernel/ids.ts';
import { mayAdminister, mayGrant } from '../kernel/policy.ts';
import type { ReadPorts, WritePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal, wrongInput } from '../kernel/result.ts';
import { hashSecret } from '../kernel/secret-token.ts';
import { resourceDocument } from '../resources/documents.ts';
import { createObject, type NewId } from '../store/records/create-object.ts';
import type { BearerKey } from './api-key.ts';
import { writeApiKey } from './api-key-format.ts';
import { apiKeyDocument } from './documents.ts';

export interface NewApiKey {
  name: string;
  scopes: ApiScope[];
  resources?: ResourceId[] | undefined;
  lifetimeMs: number;
}

/**
 * Creates an API key. The text is shown once; only its hash is stored (SR-26). A key cannot create a key with more
 * rights than its own.
 *
 * @param newId the id, and a secret of 20 bytes; both random by default
 */
export async function createApiKey(
  ports: WritePorts,
  act: RequestContext,
  input: NewApiKey,
  newId: NewId<ApiKeyId> & { secret?: Uint8Array } = { id: idFromBytes('key', ports.random.bytes(7)) },
): Promise<Result<{ key: BearerKey; text: string }>> {
  if (!mayAdminister(act.actor) || !mayGrant(act.actor, input.scopes)) return refusal('FORBIDDEN');
  const useless = refuseUseless(input);
  if (useless) return useless;
  const { account } = act.actor;
  const unknown = await unknownResource(ports, account, input.resources);
  if (unknown) return unknown;
  const now = ports.clock.now();
  const { id } = newId;
  const secret = crockford(newId.secret ?? ports.random.bytes(20));
  const key: BearerKey = {
    id,
    account,
    name: input.name,
    // The secret is random and long, so a plain hash protects it; a slow one would only slow every request.
    secretHash: hashSecret(secret),
    scopes: [...new Set(input.scopes)],
    ...(input.resources && { resources: [...new Set(input.resources)] }),
    enabled: true,
    createdAt: now,
    expiresAt: now + input.lifetimeMs,
    createdBy: referenceTo(act.actor),
  };
  const created = await createObject(ports, act, 'api-key.created', newId, apiKeyDocument.key(account, id), key);
  return isRefusal(created)
    ? created
    : { key: created.created as BearerKey, text: writeApiKey({ account, id, secret }) };
}

/** With other scopes every request of a restricted key would be refused: it sees and changes no objects of the account. */
export function refuseUseless({ scopes, resources }: Pick<NewApiKey, 'scopes' | 'resources'>): Refusal | undefined {
  return resources === undefined || scopes.every((scope) => scope === 'authenticate')
    ? undefined
    : wrongInput('resources', 'only with the scope authenticate alone; the other scopes are for the whole account');
}

/** A restricted key is limited to resources of its own account. */
export async function unknownResource(
  ports: ReadPorts,
  account: AccountId,
  resources: readonly ResourceId[] = [],
): Promise<Refusal | undefined> {
  const stored = await ports.store.getMany(resources.map(resourceDocument.key), ports.clock.now());
  return stored.every((resource) => resource?.value.account === account) ? undefined : refusal('RESOURCE_NOT_FOUND');
}
