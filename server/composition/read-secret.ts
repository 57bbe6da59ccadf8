import { readFileSync } from 'node:fs';
import type { Secret } from '../config/secret.ts';

/** A configured secret, or the one in the file that `variable` names; without either an empty text. */
export function readSecret(
  variable: string,
  { secret, secretFile }: { readonly secret?: Secret; readonly secretFile?: string },
): string {
  if (secretFile === undefined) return secret?.reveal() ?? '';
  let text: string;
  try {
    text = readFileSync(secretFile, 'utf8').trim();
  } catch (error) {
    throw new Error(`${variable} cannot be read`, { cause: error });
  }
  if (/^[\x21-\x7e]{1,1000}$/.test(text)) return text;
  throw new Error(`${variable} must hold one line of printable ASCII without spaces`);
}
