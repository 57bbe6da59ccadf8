import type { ImportedHash } from '../passwords/imported-hash.ts';

/** How passwords were hashed elsewhere, in the terms of the dialect. */
export const ENCODING_TYPES = ['PLAIN', 'MD5', 'SHA', 'SHA256'] as const;
type EncodingType = (typeof ENCODING_TYPES)[number];

const ALGORITHMS = { MD5: 'md5', SHA: 'sha1', SHA256: 'sha256' } as const;

/** Words of a template in the dialect: longer ones first, since each begins with, or ends in, a shorter one. */
const WORDS = [
  ['HEX_PASS', '{password:hex}'],
  ['HEX_SALT', '{salt:hex}'],
  ['PASS', '{password}'],
  ['SALT', '{salt}'],
] as const;

/**
 * Converts a template of the dialect: `PASS` and `SALT` stand for password and salt, with `HEX_` before them for their
 * hexadecimal text, and every other character, braces included, is literal.
 *
 * @example templateOf('PASS{HEX_SALT}') // '{password}{open}{salt:hex}{close}'
 */
export function templateOf(encodingFormat: string): string {
  return encodingFormat
    .split(/(HEX_PASS|HEX_SALT|PASS|SALT)/)
    .map((part) => WORDS.find(([word]) => word === part)?.[1] ?? part.replace(/[{}]/g, literalBrace))
    .join('');
}

function literalBrace(brace: string): string {
  return brace === '{' ? '{open}' : '{close}';
}

/** A hashed password as the dialect sends it. `hash` and `salt` are hexadecimal. */
export function importedHashOf(
  type: Exclude<EncodingType, 'PLAIN'>,
  { hash, salt, encodingFormat }: { hash: string; salt: string; encodingFormat: string },
): ImportedHash {
  const rounds = [templateOf(encodingFormat)];
  return { format: 'digest', algorithm: ALGORITHMS[type], rounds, hash, encoding: 'hex', salt, saltEncoding: 'hex' };
}
