import { base32nopad } from '@scure/base';

/** Base32 (RFC 4648 section 6), upper case, without padding: the form authenticator apps take. */
export function base32Encode(bytes: Uint8Array): string {
  return base32nopad.encode(bytes);
}

/** The bytes, or undefined if the text is not base32. Lower case, padding and spaces between groups are allowed. */
export function base32Decode(text: string): Uint8Array | undefined {
  // Matched before upper-casing, which would turn some other letters (such as a long s) into A to Z.
  const match = /^([A-Za-z2-7]*)=*$/.exec(text.replaceAll(' ', ''));
  if (!match?.[1]) return undefined;
  try {
    return base32nopad.decode(match[1].toUpperCase());
  } catch {
    return undefined;
  }
}
