import type { ApiScope } from '@countersign/protocol/api-keys';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { type ApiKeyId, crockford, type ResourceId } from '../kernel/ids.ts';
import { mayAdminister, mayGrant } from '../kernel/policy.ts';
import type { SecretPorts, WritePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal, wrongInput } from '../kernel/result.ts';
import { hashSecret } from '../kernel/secret-token.ts';
import type { IfMatchVersions } from '../store/records/etag.ts';
import { editObject, removeObject } from '../store/records/read-object.ts';
import { newOperation } from '../store/transact.ts';
import { type ApiKey, MAX_KEY_LIFETIME_MS, MAX_OVERLAP_MS, type ProtectimusKey } from './api-key.ts';
import { writeApiKey } from './api-key-format.ts';
import { refuseUseless, unknownResource } from './create-api-key.ts';
import { checkRanges } from './create-protectimus-key.ts';
import { apiKeyDocument, apiKeyUseDocument } from './documents.ts';
import { openSecret, sealSecret } from './protectimus-secret.ts';

export interface ApiKeyChanges {
  name?: string | undefined;
  enabled?: boolean | undefined;
  scopes?: ApiScope[] | undefined;
  /** `null`: every resource. */
  resources?: ResourceId[] | null | undefined;
  expiresAt?: number | undefined;
  /** For keys of the Protectimus dialect. `null`: all addresses. */
  addressRanges?: string[] | null | undefined;
}

/** Changes the rights and the lifetime of a key. A new scope must be one of the key or of the actor. */
export async function updateApiKey(
  ports: WritePorts,
  act: RequestContext,
  id: ApiKeyId,
  changes: ApiKeyChanges,
  seen?: IfMatchVersions,
): Promise<Result<{ object: ApiKey }>> {
  const { actor } = act;
  if (!mayAdminister(actor)) return refusal('FORBIDDEN');
  const unknown = await unknownResource(ports, actor.account, changes.resources ?? []);
  if (unknown) return unknown;
  const key = apiKeyDocument.key(actor.account, id);
  const { scopes, resources, addressRanges } = changes;
  const ranges = checkRanges(addressRanges);
  if (isRefusal(ranges)) return ranges;
  return editObject(
    ports,
    act,
    { type: 'api-key.updated' },
    key,
    'API_KEY_NOT_FOUND',
    (current, now) => {
      if ((changes.expiresAt ?? now) > now + MAX_KEY_LIFETIME_MS) {
        return wrongInput('expiresAt', 'ten years from now at most');
      }
      const added = scopes?.filter((scope) => !current.scopes.includes(scope)) ?? [];
      const widened = isWidened(current, changes) ? (scopes ?? current.scopes) : [];
      if (!mayGrant(actor, [...added, ...widened])) return refusal('FORBIDDEN');
      if (current.kind === 'protectimus') {
        if (scopes !== undefined || resources !== undefined) return refusal('INPUT_INVALID', { detail: AS_THEY_MAY });
        return changeProtectimusKey(current, changes, ranges);
      }
      if (addressRanges !== undefined) return refusal('INPUT_INVALID', { detail: NO_RANGES });
      const { resources: held, ...others } = { ...current, ...ordinary(changes) };
      const confined = resources === undefined ? held : (resources ?? undefined);
      const changed = {
        ...others,
        ...(scopes && { scopes: [...new Set(scopes)] }),
        ...(confined && { resources: [...new Set(confined)] }),
      };
      const areRightsChanged = scopes !== undefined || resources !== undefined;
      return (areRightsChanged && refuseUseless(changed)) || changed;
    },
    seen,
  );
}

const AS_THEY_MAY = 'scopes, resources: a key of this kind may what its administrator may';
const NO_RANGES = 'addressRanges: keys of the kind protectimus have them';

/** Fields of both kinds of key. */
function ordinary({
  name,
  enabled,
  expiresAt,
}: ApiKeyChanges): Partial<Pick<ApiKey, 'name' | 'enabled' | 'expiresAt'>> {
  return omitUndefined({ name, enabled, expiresAt });
}

function changeProtectimusKey(
  key: ProtectimusKey,
  changes: ApiKeyChanges,
  ranges: { addressRanges?: string[] },
): ProtectimusKey {
  const { addressRanges: held, ...others } = { ...key, ...ordinary(changes) };
  if (changes.addressRanges !== undefined) return { ...others, ...ranges };
  return held === undefined ? others : { ...others, addressRanges: held };
}

/** True if the key gains rights: on other resources, after its end, or for longer. */
function isWidened(current: ApiKey, changes: ApiKeyChanges): boolean {
  const { resources, enabled, expiresAt } = changes;
  const { resources: held } = current;
  const elsewhere = resources === null || resources?.some((resource) => !held?.includes(resource)) === true;
  return (
    (held !== undefined && elsewhere) ||
    (current.kind === 'protectimus' && changes.addressRanges !== undefined) ||
    (enabled === true && !current.enabled) ||
    (expiresAt !== undefined && expiresAt > current.expiresAt)
  );
}

/**
 * Gives a key a new secret, shown once. The former one stays valid for the overlap, so that a fleet can change over
 * without a gap; one from an earlier rotation ends at once. The new secret has all rights of the key.
 *
 * @param given the 20 bytes of the new secret; random by default
 */
export async function rotateApiKey(
  ports: SecretPorts,
  act: RequestContext,
  id: ApiKeyId,
  overlapMs: number,
  seen?: IfMatchVersions,
  given?: Uint8Array,
): Promise<Result<{ key: ApiKey; text: string }>> {
  const { actor } = act;
  if (!mayAdminister(actor)) return refusal('FORBIDDEN');
  if (!(overlapMs >= 0 && overlapMs <= MAX_OVERLAP_MS)) return refusal('INPUT_INVALID', { detail: 'overlapMs' });
  const secret = crockford(given ?? ports.random.bytes(20));
  const rotated = await editObject(
    ports,
    act,
    { type: 'api-key.rotated', changed: ['secret'] },
    apiKeyDocument.key(actor.account, id),
    'API_KEY_NOT_FOUND',
    (current, now): ApiKey | ReturnType<typeof refusal> => {
      if (!mayGrant(actor, current.scopes)) return refusal('FORBIDDEN');
      const until = now + overlapMs;
      // The same Idempotency-Key set this secret before it was interrupted.
      if (current.kind === 'protectimus') {
        if (openSecret(ports, current, current.sealedSecret) === secret) return current;
        const { former: _ended, ...key } = current;
        const former = { sealedSecret: current.sealedSecret, until };
        return { ...key, sealedSecret: sealSecret(ports, current, secret), ...(overlapMs > 0 && { former }) };
      }
      if (current.secretHash === hashSecret(secret)) return current;
      const { former: _ended, ...key } = current;
      const former = { secretHash: current.secretHash, until };
      return { ...key, secretHash: hashSecret(secret), ...(overlapMs > 0 && { former }) };
    },
    seen,
  );
  if (isRefusal(rotated)) return rotated;
  const { object: key } = rotated;
  return { key, text: writeApiKey({ account: key.account, id, secret }) };
}

/** Deletes a key. The next request with it is refused (SR-39). */
export async function deleteApiKey(
  ports: WritePorts,
  act: RequestContext,
  id: ApiKeyId,
  seen?: IfMatchVersions,
): Promise<Result<{ deleted: true }>> {
  const { actor } = act;
  const key = apiKeyDocument.key(actor.account, id);
  const deleted = await removeObject(
    ports,
    act,
    { type: 'api-key.deleted' },
    key,
    'API_KEY_NOT_FOUND',
    () => (mayAdminister(actor) ? undefined : refusal('FORBIDDEN')),
    seen,
  );
  if (isRefusal(deleted)) return deleted;
  const use = apiKeyUseDocument.key(actor.account, id);
  await ports.store.commit({
    anchor: use.anchor,
    operation: newOperation(ports),
    now: ports.clock.now(),
    expect: [],
    delete: [use],
  });
  return { deleted: true };
}
