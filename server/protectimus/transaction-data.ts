import { createHmac } from 'node:crypto';
import { isSameSecret } from '../kernel/secret-token.ts';

/** Parses the data to sign, `k=v|k=v`, into the displayed fields, in this order. */
export function fieldsOf(transactionData: string): { label: string; value: string }[] {
  return transactionData.split('|').map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? { label: pair, value: '' } : { label: pair.slice(0, at), value: pair.slice(at + 1) };
  });
}

/**
 * True if the sender of the data has the key: `hash` is HMAC-SHA256 of it under the key's text, in hexadecimal of
 * either case.
 */
export function hasValidHash(key: string, transactionData: string, hash: string): boolean {
  const given = /^[0-9a-f]{64}$/i.test(hash) ? Buffer.from(hash, 'hex') : Buffer.alloc(32);
  return isSameSecret(given, createHmac('sha256', key).update(transactionData, 'utf8').digest());
}
