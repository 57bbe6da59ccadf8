import { createHash } from 'node:crypto';
import { md4 } from './md4.ts';

/** How a list of breached passwords hashes them, unsalted. Nothing of this is stored by the service. */
export const HASH_KINDS = ['sha-1', 'ntlm'] as const;
export type HashKind = (typeof HASH_KINDS)[number];

/** Hexadecimal digits of a hash in a list. */
export const HASH_DIGITS: Readonly<Record<HashKind, number>> = { 'sha-1': 40, ntlm: 32 };

/** The hash of a password in NFC, as the lists have it. */
export function hashForList(kind: HashKind, password: string): Buffer {
  if (kind === 'ntlm') return md4(Buffer.from(password, 'utf16le'));
  return createHash('sha1').update(password).digest();
}
