/**
 * `authenticate`: logins, consuming results, login requests. `read`/`write`: the account's objects. `administer`:
 * rights of the superuser: administrators, API keys, webhooks, the plan.
 */
export const API_SCOPES = ['authenticate', 'read', 'write', 'administer'] as const;
export type ApiScope = (typeof API_SCOPES)[number];

export const KEY_KINDS = ['bearer', 'protectimus'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];
