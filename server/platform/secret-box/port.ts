/** What a secret belongs to; bound into the ciphertext, so a ciphertext moved elsewhere does not open (SR-21). */
export interface SecretContext {
  account: string;
  kind: 'token' | 'signing-key' | 'idempotency' | 'webhook' | 'mac-key' | 'api-key';
  id: string;
  field: string;
}

/** What something that is sealed for a client continues; bound into it as a context is. */
export interface ClientContext {
  kind: 'widget-flow' | 'administrator-flow';
  id: string;
}

/** AES-256-GCM with the master key's id in front. `open` throws when anything does not fit: that denies. */
export interface SecretBox {
  /** Of the master key that seals. Others may still open what they sealed. */
  readonly keyId: string;
  /** Whether this was sealed with the key that seals now. */
  isCurrent(sealed: string): boolean;
  seal(plain: Uint8Array, context: SecretContext): string;
  open(sealed: string, context: SecretContext): Uint8Array;
  /**
   * Seals what is handed out to a client and comes back soon. Each context has a key of its own, derived from the key of MACs:
   * strangers cannot wear out the key that seals at rest, and a change of the master key leaves what was handed out valid.
   */
  sealForClient(plain: Uint8Array, context: ClientContext): string;
  /** Undefined for text that was not sealed for a client in this context. */
  openFromClient(sealed: string, context: ClientContext): Uint8Array | undefined;
  /**
   * HMAC-SHA256 under a key for this purpose; for derived ids and names of the unknown. Stays the same for good, whatever
   * becomes of the master key.
   */
  mac(purpose: string, message: string): Uint8Array;
}

/** What the service's own secrets belong to. */
export const MAC_KEY_CONTEXT: SecretContext = { account: 'service', kind: 'mac-key', id: 'mac-key', field: 'key' };

export function apiKeyContext({ account, id }: { account: string; id: string }): SecretContext {
  return { account, kind: 'api-key', id, field: 'secret' };
}

export function signingKeyContext(kid: string): SecretContext {
  return { account: 'service', kind: 'signing-key', id: kid, field: 'private' };
}
