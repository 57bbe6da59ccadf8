import { crockford } from '../../../kernel/ids.ts';

/** Codes that users read and type: Crockford's base32 (no i, l, o, u), in groups. */

/** The number of codes in a set, of users and administrators. */
export const RECOVERY_CODES = 10;

/** 50 bits, as `xxxxx-xxxxx`. Takes ten random bytes. */
export function recoveryCodeText(bytes: Uint8Array): string {
  const text = crockford(bytes.subarray(0, 10)).slice(0, 10);
  return `${text.slice(0, 5)}-${text.slice(5)}`;
}

/** 40 bits, as `xxxx-xxxx`. Takes five random bytes. */
export function confirmationCodeText(bytes: Uint8Array): string {
  const text = crockford(bytes.subarray(0, 5));
  return `${text.slice(0, 4)}-${text.slice(4)}`;
}

/** Accepts any spelling: case, spaces and hyphens do not count, and similar characters are equal. */
export function plainCode(typed: string): string {
  return typed.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
}
