import type { ActorReference } from './actor.ts';
import type { ApiScope } from './api-scope.ts';
import type { AccountId, ApiKeyId, ResourceId } from './ids.ts';

export { API_SCOPES, type ApiScope } from './api-scope.ts';

export interface ApiKey {
  id: ApiKeyId;
  account: AccountId;
  name: string;
  /** SHA-256 of the secret, hex. The secret has 160 random bits, so a fast hash is enough (SR-26). */
  secretHash: string;
  /** The secret before the last rotation, which works on for a while. */
  former?: { secretHash: string; until: number };
  scopes: ApiScope[];
  /** When set, only these resources may be used or consumed for. */
  resources?: ResourceId[];
  enabled: boolean;
  createdAt: number;
  expiresAt: number;
  /** Absent on objects made before anybody kept track. */
  createdBy?: ActorReference;
}

/** When a key was last used, give or take {@link KEY_USE_STEP_MS}. Apart from the key, so that noting it changes no key. */
export interface ApiKeyUse {
  at: number;
}

export const KEY_USE_STEP_MS = 3_600_000;
/** From now on; some years are enough for whatever nobody wants to look after. */
export const LONGEST_KEY_LIFE_MS = 10 * 365 * 24 * 3_600_000;
export const LONGEST_OVERLAP_MS = 7 * 24 * 3_600_000;

/** The hashes of the secrets that a key can be shown with at this moment; none when it is off or has expired. */
export function livingSecrets(key: ApiKey, now: number): string[] {
  if (!key.enabled || key.expiresAt <= now) return [];
  return [key.secretHash, ...(key.former && now < key.former.until ? [key.former.secretHash] : [])];
}
