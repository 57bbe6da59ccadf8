import { base64, hex } from '@scure/base';
import { base32Decode } from '../tokens/kinds/oath/base32.ts';
import { LEGACY_SECRET_MIN_BYTES, SECRET_MAX_BYTES } from '../tokens/kinds/oath/code.ts';

export const KEY_FORMATS = ['HEX', 'BASE32', 'BASE64'] as const;
type KeyFormat = (typeof KEY_FORMATS)[number];

/** Decodes a seed; undefined if it has another format or an invalid length. */
export function readSeed(text: string, format: KeyFormat): Uint8Array | undefined {
  const bytes = decoded(text, format);
  return bytes && bytes.length >= LEGACY_SECRET_MIN_BYTES && bytes.length <= SECRET_MAX_BYTES ? bytes : undefined;
}

/** Every seed that a text can encode if its format is not given: the device's code decides. */
export function possibleSeeds(text: string): Uint8Array[] {
  return (['HEX', 'BASE32'] as const).flatMap((format) => readSeed(text, format) ?? []);
}

function decoded(text: string, format: KeyFormat): Uint8Array | undefined {
  try {
    if (format === 'BASE32') return base32Decode(text);
    return format === 'HEX' ? hex.decode(text.toLowerCase()) : base64.decode(text);
  } catch {
    return undefined;
  }
}
