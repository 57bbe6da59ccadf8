/** What a secret belongs to; bound into the ciphertext, so a ciphertext moved elsewhere does not decrypt (SR-21). */
export interface SecretContext {
  account: string;
  kind: 'token' | 'signing-key' | 'idempotency' | 'webhook' | 'hook' | 'mac-key' | 'api-key';
  id: string;
  field: string;
}

/** What data encrypted for a client belongs to; bound into it like a context. */
export interface ClientContext {
  kind: 'widget-flow' | 'administrator-flow';
  id: string;
}

/** Context of the service's own secrets. */
export const MAC_KEY_CONTEXT: SecretContext = { account: 'service', kind: 'mac-key', id: 'mac-key', field: 'key' };

export function apiKeyContext({ account, id }: { account: string; id: string }): SecretContext {
  return { account, kind: 'api-key', id, field: 'secret' };
}

export function signingKeyContext(kid: string): SecretContext {
  return { account: 'service', kind: 'signing-key', id: kid, field: 'private' };
}
