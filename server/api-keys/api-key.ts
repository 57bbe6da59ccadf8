import type { ActorReference } from '../kernel/actor.ts';
import type { ApiScope } from '../kernel/api-scope.ts';
import type { AccountId, AdministratorId, ApiKeyId, ResourceId } from '../kernel/ids.ts';
import { DAY_MS, HOUR_MS } from '../kernel/time.ts';

/** What every key has. */
interface KeyRecord {
  id: ApiKeyId;
  account: AccountId;
  name: string;
  scopes: ApiScope[];
  /** When set, only these resources may be used or consumed for. */
  resources?: ResourceId[];
  enabled: boolean;
  createdAt: number;
  expiresAt: number;
  /** Absent on objects made before anybody kept track. */
  createdBy?: ActorReference;
}

/** Shown as it is, in the Authorization header. */
export interface BearerKey extends KeyRecord {
  kind?: undefined;
  /** SHA-256 of the secret, hex. The secret has 160 random bits, so a fast hash is enough (SR-26). */
  secretHash: string;
  /** The secret before the last rotation, which works on for a while. */
  former?: { secretHash: string; until: number };
}

/**
 * Of the Protectimus dialect: never shown, but hashed together with the hour. Whoever checks that has to know the secret, so
 * it is sealed and not hashed.
 */
export interface ProtectimusKey extends KeyRecord {
  kind: 'protectimus';
  /** Whose it is. It may what they may at that moment, and nothing once they are gone. */
  administrator: AdministratorId;
  /** The user name that goes with it: their e-mail address when it was made. Stays when theirs changes. */
  login: string;
  /** Sealed for (account, api-key, id, secret). */
  sealedSecret: string;
  former?: { sealedSecret: string; until: number };
  /** Canonical ranges that it is taken from. Absent: from everywhere. */
  addressRanges?: string[];
}

export type ApiKey = BearerKey | ProtectimusKey;

export const KEY_KINDS = ['bearer', 'protectimus'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** What a key of the dialect may, within what its administrator may: all that the dialect has rows for. */
export const PROTECTIMUS_SCOPES: readonly ApiScope[] = ['authenticate', 'read', 'write'];
export const MOST_ADDRESS_RANGES = 50;
/** Of one account with one user name, living or not: each is looked at for every request with that name. */
export const MOST_KEYS_OF_ONE = 50;

/** When a key was last used, give or take {@link KEY_USE_STEP_MS}. Apart from the key, so that noting it changes no key. */
export interface ApiKeyUse {
  at: number;
}

export const KEY_USE_STEP_MS = HOUR_MS;
/** From now on; some years are enough for whatever nobody wants to look after. */
export const LONGEST_KEY_LIFE_MS = 10 * 365 * DAY_MS;
export const LONGEST_OVERLAP_MS = 7 * DAY_MS;

/** The hashes of the secrets that a key can be shown with at this moment; none when it is off or has expired. */
export function livingSecrets(key: BearerKey, now: number): string[] {
  if (!isLiving(key, now)) return [];
  return [key.secretHash, ...(key.former && now < key.former.until ? [key.former.secretHash] : [])];
}

/** The same of a key of the dialect: its sealed secrets. */
export function livingSealed(key: ProtectimusKey, now: number): string[] {
  if (!isLiving(key, now)) return [];
  return [key.sealedSecret, ...(key.former && now < key.former.until ? [key.former.sealedSecret] : [])];
}

function isLiving(key: Pick<KeyRecord, 'enabled' | 'expiresAt'>, now: number): boolean {
  return key.enabled && now < key.expiresAt;
}
