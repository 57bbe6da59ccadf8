import type { ClientContext, SecretContext } from '../secret-context.ts';

/**
 * AES-256-GCM with the master key's id in front. `open` throws if anything does not match, which refuses the request.
 */
export interface SecretBox {
  /** Id of the current master key. Old keys may still decrypt what they encrypted. */
  readonly keyId: string;
  /** True if this was encrypted with the current key. */
  isCurrent(sealed: string): boolean;
  seal(plain: Uint8Array, context: SecretContext): string;
  open(sealed: string, context: SecretContext): Uint8Array;
  /**
   * Encrypts data that is given to a client and soon returned. Each context has its own key, derived from the MAC key:
   * client requests cannot exhaust the key for data at rest, and a rotation of the master key leaves the data valid.
   */
  sealForClient(plain: Uint8Array, context: ClientContext): string;
  /** Undefined for text that was not encrypted for a client in this context. */
  openFromClient(sealed: string, context: ClientContext): Uint8Array | undefined;
  /**
   * HMAC-SHA256 under a key for this purpose; for derived ids and decoys of unknown names. A rotation of the master key
   * does not change it.
   */
  mac(purpose: string, message: string): Uint8Array;
  /**
   * The key of one backup's MAC (SR-86), derived from the master key itself: a restore has no stored key yet. Undefined
   * if that master key is not here.
   */
  backupKey(mac: { readonly keyId: string; readonly nonce: string }): Uint8Array | undefined;
}
