import type { SeedEncoding } from '@countersign/protocol/token-import';
import { base32Decode } from '../kinds/oath/base32.ts';
import { ImportError } from './import-file.ts';

const LONGEST = 1024;

/**
 * The bytes of a seed as text. Without a given encoding it is recognised by its letters; an ambiguous text is refused,
 * because the wrong encoding makes a token whose codes never match.
 *
 * @throws ImportError
 */
export function seedOf(text: string, encoding: SeedEncoding | undefined): Uint8Array {
  if (text === '') throw new ImportError('SEED_MISSING');
  if (text.length > LONGEST) throw new ImportError('SEED_MALFORMED');
  if (encoding !== undefined) {
    const bytes = DECODERS[encoding](text);
    if (bytes === undefined) throw new ImportError('SEED_MALFORMED');
    return bytes;
  }
  const [hex, base32] = [DECODERS.hex(text), inOneCase(text) ? DECODERS.base32(text) : undefined];
  if (hex && base32) throw new ImportError('SEED_AMBIGUOUS');
  const bytes = hex ?? base32 ?? DECODERS.base64(text);
  if (bytes === undefined) throw new ImportError('SEED_MALFORMED');
  return bytes;
}

const DECODERS: Record<SeedEncoding, (text: string) => Uint8Array | undefined> = {
  hex: hexDecode,
  base32: base32Decode,
  base64: base64Decode,
};

/** The bytes, or undefined if the text is not hexadecimal. Spaces between groups and a leading `0x` are allowed. */
export function hexDecode(text: string): Uint8Array | undefined {
  const plain = text.replaceAll(' ', '').replace(/^0x/i, '');
  return plain.length % 2 === 0 && /^[0-9a-f]+$/i.test(plain) ? new Uint8Array(Buffer.from(plain, 'hex')) : undefined;
}

/** The bytes, or undefined if the text is not exactly base64 (RFC 4648 section 4), except for white space. */
export function base64Decode(text: string): Uint8Array | undefined {
  const plain = text.replaceAll(/[ \t\r\n]+/g, '');
  const bytes = Buffer.from(plain, 'base64');
  return plain !== '' && bytes.toString('base64') === plain ? new Uint8Array(bytes) : undefined;
}

function inOneCase(text: string): boolean {
  return text === text.toUpperCase() || text === text.toLowerCase();
}
