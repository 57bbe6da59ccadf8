import { base64url } from 'jose';

const NONCE_BYTES = 24;

/**
 * A nonce for one sign-in: 192 random bits as 32 characters of base64url. Keep it in the visitor's session, give it to
 * the widget, and take it out of the session when the result comes back, before verifying.
 */
export function newNonce(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
}
