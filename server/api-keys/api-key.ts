import type { ApiScope } from '@countersign/protocol/api-keys';
import type { ActorReference } from '../kernel/actor.ts';
import type { AccountId, AdministratorId, ApiKeyId, ResourceId } from '../kernel/ids.ts';
import { DAY_MS, HOUR_MS } from '../kernel/time.ts';

/** Fields of every key. */
interface KeyRecord {
  id: ApiKeyId;
  account: AccountId;
  name: string;
  scopes: ApiScope[];
  /** When set, the key is limited to these resources. */
  resources?: ResourceId[];
  enabled: boolean;
  createdAt: number;
  expiresAt: number;
  createdBy: ActorReference;
}

/** A key sent in the Authorization header. */
export interface BearerKey extends KeyRecord {
  kind?: undefined;
  /** SHA-256 of the secret, hex. The secret has 160 random bits, so a fast hash is enough (SR-26). */
  secretHash: string;
  /** The secret before the last rotation, which stays valid for the overlap. */
  former?: { secretHash: string; until: number };
}

/**
 * A key of the Protectimus dialect. It is never sent, but hashed together with the hour. A check needs the secret
 * itself, so it is sealed and not hashed.
 */
export interface ProtectimusKey extends KeyRecord {
  kind: 'protectimus';
  /**
   * The owner. The key has the rights that the owner has at the moment of the request, and none once the owner is
   * removed.
   */
  administrator: AdministratorId;
  /**
   * The user name that goes with it: the owner's email address when the key was made. Does not follow a change of
   * address.
   */
  login: string;
  /** Sealed for (account, api-key, id, secret). */
  sealedSecret: string;
  former?: { sealedSecret: string; until: number };
  /** Canonical address ranges that the key is accepted from. Absent: all addresses. */
  addressRanges?: string[];
}

export type ApiKey = BearerKey | ProtectimusKey;

/** The scopes of a dialect key, within the rights of its administrator: all that the dialect has endpoints for. */
export const PROTECTIMUS_SCOPES: readonly ApiScope[] = ['authenticate', 'read', 'write'];
export const MAX_ADDRESS_RANGES = 50;
/** Keys of one account with one user name, active or not: a request with that name checks each of them. */
export const MAX_KEYS_PER_LOGIN = 50;

/**
 * When a key was last used, to within {@link KEY_USE_STEP_MS}. Kept apart from the key, so that a use does not change
 * the key's version.
 */
export interface ApiKeyUse {
  at: number;
}

export const KEY_USE_STEP_MS = HOUR_MS;
/** The longest lifetime, counted from now. Limits the damage of a forgotten key. */
export const MAX_KEY_LIFETIME_MS = 10 * 365 * DAY_MS;
export const MAX_OVERLAP_MS = 7 * DAY_MS;

/** The hashes of the secrets that are valid now; none when the key is disabled or expired. */
export function validSecretHashes(key: BearerKey, now: number): string[] {
  if (!isLiving(key, now)) return [];
  return [key.secretHash, ...(key.former && now < key.former.until ? [key.former.secretHash] : [])];
}

/** The same for a key of the dialect: its sealed secrets. */
export function validSealedSecrets(key: ProtectimusKey, now: number): string[] {
  if (!isLiving(key, now)) return [];
  return [key.sealedSecret, ...(key.former && now < key.former.until ? [key.former.sealedSecret] : [])];
}

function isLiving(key: Pick<KeyRecord, 'enabled' | 'expiresAt'>, now: number): boolean {
  return key.enabled && now < key.expiresAt;
}
