import { readAdministrator } from '../administrators/find-administrator.ts';
import { referenceTo } from '../kernel/actor.ts';
import { parseRange } from '../kernel/addresses.ts';
import { type AdministratorId, type ApiKeyId, crockford, idFromBytes } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import { mayAdminister, mayGrant } from '../kernel/policy.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { createObject, type NewId } from '../store/records/create-object.ts';
import { MAX_ADDRESS_RANGES, MAX_KEYS_PER_LOGIN, PROTECTIMUS_SCOPES, type ProtectimusKey } from './api-key.ts';
import { writeApiKey } from './api-key-format.ts';
import { apiKeyDocument, protectimusKeyIndexes } from './documents.ts';
import { sealSecret } from './protectimus-secret.ts';

export interface NewProtectimusKey {
  name: string;
  /** The owner of the key. Absent: the administrator who creates it. */
  administrator?: AdministratorId | undefined;
  /** Addresses and CIDR ranges. Absent: all addresses. */
  addressRanges?: readonly string[] | undefined;
  lifetimeMs: number;
}

/**
 * Creates a key of the Protectimus dialect for an administrator, and acts with that administrator's rights. The text is
 * shown once; the dialect hashes it together with the hour, so the sealed secret is stored.
 *
 * @param newId the id, and a secret of 20 bytes; both random by default
 */
export async function createProtectimusKey(
  ports: SecretPorts,
  act: RequestContext,
  input: NewProtectimusKey,
  newId: NewId<ApiKeyId> & { secret?: Uint8Array } = { id: idFromBytes('key', ports.random.bytes(7)) },
): Promise<Result<{ key: ProtectimusKey; text: string }>> {
  const { actor } = act;
  if (!mayAdminister(actor) || !mayGrant(actor, PROTECTIMUS_SCOPES)) return refusal('FORBIDDEN');
  const whose = input.administrator ?? (actor.kind === 'administrator' ? actor.id : undefined);
  if (whose === undefined) return refusal('INPUT_INVALID', { detail: 'administrator: whose key it is' });
  const found = await readAdministrator(ports, actor.account, whose);
  if (isRefusal(found)) return found;
  const { administrator } = found;
  if (administrator.state !== 'active') return refusal('ADMINISTRATOR_INACTIVE');
  const ranges = checkRanges(input.addressRanges);
  if (isRefusal(ranges)) return ranges;

  const { account } = actor;
  const { id } = newId;
  const index = protectimusKeyIndexes.login(normaliseName(administrator.email));
  const held = await ports.store.range(index, { prefix: account, limit: MAX_KEYS_PER_LOGIN });
  // A repeat after a lost response is one of them already.
  if (held.length === MAX_KEYS_PER_LOGIN && !held.some((entry) => entry.id === id)) {
    return refusal('INPUT_INVALID', {
      detail: `administrator: has ${MAX_KEYS_PER_LOGIN} keys of this kind; delete one`,
    });
  }
  const secret = crockford(newId.secret ?? ports.random.bytes(20));
  const now = ports.clock.now();
  const key: ProtectimusKey = {
    kind: 'protectimus',
    id,
    account,
    name: input.name,
    administrator: administrator.id,
    login: administrator.email,
    sealedSecret: sealSecret(ports, { account, id }, secret),
    scopes: [...PROTECTIMUS_SCOPES],
    ...ranges,
    enabled: true,
    createdAt: now,
    expiresAt: now + input.lifetimeMs,
    createdBy: referenceTo(actor),
  };
  const at = apiKeyDocument.key(account, id);
  const created = await createObject(ports, act, 'api-key.created', newId, at, key);
  return isRefusal(created)
    ? created
    : { key: created.created as ProtectimusKey, text: writeApiKey({ account, id, secret }) };
}

/** Returns the ranges in the canonical form in which they are compared (SR-25). */
export function checkRanges(ranges: readonly string[] | null | undefined): { addressRanges?: string[] } | Refusal {
  if (ranges === undefined || ranges === null) return {};
  const canonical = ranges.map(parseRange);
  const bad = canonical.indexOf(undefined);
  if (bad >= 0) return refusal('INPUT_INVALID', { detail: `addressRanges/${bad}: an address or a CIDR range` });
  if (ranges.length === 0 || ranges.length > MAX_ADDRESS_RANGES) {
    return refusal('INPUT_INVALID', { detail: `addressRanges: 1 to ${MAX_ADDRESS_RANGES}` });
  }
  return { addressRanges: [...new Set(canonical.filter((range) => range !== undefined))] };
}
