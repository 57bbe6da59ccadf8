/**
 * Ids are names, not secrets: random 52-bit numbers, unique per kind, shown as a prefix and eleven characters of
 * Crockford base32 in lower case (`usr_01k8dq9z2mp`). The plain number serves the compatible API.
 */
declare const idKind: unique symbol;
type Id<Prefix extends string> = `${Prefix}_${string}` & { readonly [idKind]?: Prefix };

export type AccountId = Id<'acc'>;
export type ResourceId = Id<'res'>;
export type UserId = Id<'usr'>;
export type TokenId = Id<'tok'>;
export type FilterId = Id<'flt'>;
export type ApiKeyId = Id<'key'>;
export type FlowId = Id<'flw'>;
export type AdministratorId = Id<'adm'>;
export type WebhookId = Id<'whk'>;
export type TrustedBrowserId = Id<'tbr'>;

export type IdPrefix = 'acc' | 'res' | 'usr' | 'tok' | 'flt' | 'key' | 'flw' | 'adm' | 'whk' | 'tbr';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 11;
/** 52 bits in 55: the first character is below 4. */
const SHAPE = /^([a-z]{3})_([0-3][0-9a-hjkmnp-tv-z]{10})$/;

/** The id of seven random (or derived) bytes; the top four bits are dropped. */
export function idFromBytes<P extends IdPrefix>(prefix: P, bytes: Uint8Array): Id<P> {
  let number = 0n;
  for (const byte of bytes.subarray(0, 7)) number = (number << 8n) | BigInt(byte);
  number &= (1n << 52n) - 1n;
  let text = '';
  for (let i = 0; i < LENGTH; i++) {
    text = ALPHABET.charAt(Number(number & 31n)) + text;
    number >>= 5n;
  }
  return `${prefix}_${text}` as Id<P>;
}

/** The id if the text has exactly the canonical form, else undefined. */
export function parseId<P extends IdPrefix>(prefix: P, text: unknown): Id<P> | undefined {
  if (typeof text !== 'string') return undefined;
  const match = SHAPE.exec(text);
  if (!match || match[1] !== prefix) {
    return undefined;
  }
  return text as Id<P>;
}

/** Bytes as Crockford base32 in lower case, five bits a character; the length must be a multiple of five bytes. */
export function crockford(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 5) {
    let group = 0n;
    for (const byte of bytes.subarray(i, i + 5)) group = (group << 8n) | BigInt(byte);
    let part = '';
    for (let j = 0; j < 8; j++) {
      part = ALPHABET.charAt(Number(group & 31n)) + part;
      group >>= 5n;
    }
    text += part;
  }
  return text;
}

/** The number of an id, below 2^52. */
export function idNumber(id: string): number {
  let number = 0;
  for (const character of id.slice(4)) number = number * 32 + ALPHABET.indexOf(character);
  return number;
}

/** The id of a plain number, written without sign and leading zeros; undefined if invalid. */
export function parseIdNumber<P extends IdPrefix>(prefix: P, text: string): Id<P> | undefined {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  let number = Number(text);
  if (!(number < 2 ** 52)) return undefined;
  let digits = '';
  for (let i = 0; i < LENGTH; i++) {
    digits = ALPHABET.charAt(number % 32) + digits;
    number = Math.floor(number / 32);
  }
  return `${prefix}_${digits}` as Id<P>;
}
