import type { ClientContext, SecretContext } from '../secret-context.ts';

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
