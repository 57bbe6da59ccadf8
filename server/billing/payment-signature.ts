import { createHmac } from 'node:crypto';
import { isSameSecret } from '../kernel/secret-token.ts';
import { MINUTE_MS } from '../kernel/time.ts';

/** The headers of a signed message, as named in Standard Webhooks 1.0. */
interface SignedHeaders {
  id: string | undefined;
  /** Seconds since 1970, in decimal. */
  timestamp: string | undefined;
  /** `v1,<base64>`, or several separated by spaces while the sender changes its secret. */
  signature: string | undefined;
}

/** The tolerated clock difference; an older message is a replay. */
export const TOLERANCE_MS = 5 * MINUTE_MS;

/**
 * True if a message was signed with the secret, recently: HMAC-SHA256 over `id.timestamp.body` (Standard Webhooks 1.0).
 *
 * @param secret the raw key
 * @param now ms since 1970
 */
export function isSigned(
  secret: Uint8Array,
  { id, timestamp, signature }: SignedHeaders,
  body: Uint8Array,
  now: number,
): boolean {
  if (id === undefined || timestamp === undefined || signature === undefined) return false;
  if (!/^[\x21-\x7e]{1,256}$/.test(id) || !/^[1-9]\d{0,11}$/.test(timestamp)) return false;
  if (Math.abs(Number(timestamp) * 1000 - now) > TOLERANCE_MS) return false;
  const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest();
  // A few are enough for any rotation; more would only be work.
  return signature
    .split(' ', 8)
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice(3), 'base64'))
    .some((given) => isSameSecret(given, expected));
}
