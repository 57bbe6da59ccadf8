import { createHmac } from 'node:crypto';

/** Standard Webhooks 1.0: 24 to 64 bytes. */
export const SECRET_BYTES = 32;
const SECRET_PREFIX = 'whsec_';

/** The text form of a secret, as its receiver stores it. */
export function writeSecret(bytes: Uint8Array): string {
  return SECRET_PREFIX + Buffer.from(bytes).toString('base64');
}

/**
 * The three headers of Standard Webhooks 1.0, signed with every given secret in order: HMAC-SHA256 over
 * `id.timestamp.body`, base64, after `v1,`, separated by a space (SR-32).
 *
 * @param at ms since 1970; the header has whole seconds
 */
export function signatureHeaders(message: { id: string; at: number; body: string }, secrets: readonly Uint8Array[]) {
  const timestamp = String(Math.floor(message.at / 1000));
  const signed = `${message.id}.${timestamp}.${message.body}`;
  const signatures = secrets.map((secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`);
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
