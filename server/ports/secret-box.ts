/** What a secret belongs to; bound into the ciphertext, so a ciphertext moved elsewhere does not open (SR-21). */
export interface SecretContext {
  account: string;
  kind: 'token' | 'signing-key' | 'idempotency' | 'webhook';
  id: string;
  field: string;
}

/** AES-256-GCM with the master key's id in front. `open` throws when anything does not fit: that denies. */
export interface SecretBox {
  seal(plain: Uint8Array, context: SecretContext): string;
  open(sealed: string, context: SecretContext): Uint8Array;
  /** HMAC-SHA256 under a key derived from the master key for this purpose; for derived ids and names of the unknown. */
  mac(purpose: string, message: string): Uint8Array;
}
