import type { AccountId, ApiKeyId, ResourceId } from './ids.ts';

/**
 * `authenticate`: logins, consuming results, login requests. `read`/`write`: the account's objects. `administer`: what
 * is otherwise the superuser's: administrators, API keys, webhooks, the plan.
 */
export const API_SCOPES = ['authenticate', 'read', 'write', 'administer'] as const;
export type ApiScope = (typeof API_SCOPES)[number];

export interface ApiKey {
  id: ApiKeyId;
  account: AccountId;
  name: string;
  /** SHA-256 of the secret, hex. The secret has 160 random bits, so a fast hash is enough (SR-26). */
  secretHash: string;
  scopes: ApiScope[];
  /** When set, only these resources may be used or consumed for. */
  resources?: ResourceId[];
  enabled: boolean;
  createdAt: number;
  expiresAt: number;
}
