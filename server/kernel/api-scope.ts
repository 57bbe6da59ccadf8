/**
 * `authenticate`: logins, consuming results, login requests. `read`/`write`: the account's objects. `administer`: what
 * is otherwise the superuser's: administrators, API keys, webhooks, the plan.
 */
export const API_SCOPES = ['authenticate', 'read', 'write', 'administer'] as const;
export type ApiScope = (typeof API_SCOPES)[number];
