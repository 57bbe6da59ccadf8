import { base64, base64nopad, hex, utf8 } from '@scure/base';

/** What a text behind a scheme in braces holds. */
type SchemeHash =
  /** A text of `crypt`, or a PHC string. */
  | { text: string }
  | { kind: 'digest'; algorithm: DigestName; rounds: string[]; salt: Uint8Array; hash: Uint8Array }
  | { kind: 'pbkdf2'; algorithm: 'sha1'; iterations: number; salt: Uint8Array; hash: Uint8Array };

type DigestName = 'md5' | 'sha1' | 'sha256' | 'sha512';

const SCHEME = /^\{([A-Z0-9-]{1,20})(?:\.(B64|BASE64|HEX))?\}(.*)/is;
/** Their text is that of `crypt`, or a PHC string. */
const TEXT_SCHEMES = new Set(['CRYPT', 'BLF-CRYPT', 'SHA256-CRYPT', 'SHA512-CRYPT', 'ARGON2', 'ARGON2I', 'ARGON2ID']);
const DIGEST_SCHEMES = new Map<string, { algorithm: DigestName; length: number; isSalted?: true }>([
  ['MD5', { algorithm: 'md5', length: 16 }],
  ['PLAIN-MD5', { algorithm: 'md5', length: 16 }],
  ['LDAP-MD5', { algorithm: 'md5', length: 16 }],
  ['SHA', { algorithm: 'sha1', length: 20 }],
  ['SHA1', { algorithm: 'sha1', length: 20 }],
  ['SHA256', { algorithm: 'sha256', length: 32 }],
  ['SHA512', { algorithm: 'sha512', length: 64 }],
  ['SMD5', { algorithm: 'md5', length: 16, isSalted: true }],
  ['SSHA', { algorithm: 'sha1', length: 20, isSalted: true }],
  ['SSHA256', { algorithm: 'sha256', length: 32, isSalted: true }],
  ['SSHA512', { algorithm: 'sha512', length: 64, isSalted: true }],
]);
const DOVECOT_PBKDF2 = /^\$1\$([^$]*)\$([1-9]\d{0,8})\$([0-9a-f]{40})$/i;

/**
 * A hash behind the name of its scheme in braces, as RFC 2307, OpenLDAP and Dovecot write it. Dovecot's names can end in
 * an encoding: `{SSHA.HEX}`. Undefined for another text.
 */
export function readSchemeText(text: string): SchemeHash | undefined {
  const parts = partsOf(text);
  if (!parts) return undefined;
  const { scheme, isHex, rest } = parts;
  if (TEXT_SCHEMES.has(scheme)) return readText(rest, isHex);
  if (/^PBKDF2(-SHA(1|256|512))?$/.test(scheme)) return readPbkdf2(scheme, rest);
  const digest = DIGEST_SCHEMES.get(scheme);
  if (!digest) return undefined;
  const { algorithm, length, isSalted = false } = digest;
  // As in Dovecot, the length of an unsalted digest tells its encoding.
  const bytes = decode(rest, isHex ?? (!isSalted && rest.length === 2 * length));
  if (!bytes || bytes.length < length || isSalted !== bytes.length > length) return undefined;
  const rounds = ['{password}{salt}'];
  return { kind: 'digest', algorithm, rounds, salt: bytes.slice(length), hash: bytes.slice(0, length) };
}

/** Names of kinds that are not supported, by the text behind the scheme. */
const UNSUPPORTED_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^\$y\$/, 'yescrypt'],
  [/^\$gy\$/, 'gost-yescrypt'],
  [/^\$apr1\$/, 'apr1 (Apache)'],
  [/^\$1\$/, 'MD5-crypt'],
  [/^[./0-9A-Za-z]{13}$/, 'DES-crypt'],
];
const UNSUPPORTED_SCHEMES = new Set<string | undefined>([
  ...['SCRAM-SHA-1', 'SCRAM-SHA-256', 'CRAM-MD5', 'HMAC-MD5', 'DIGEST-MD5', 'PLAIN-MD4', 'OTP', 'NTLM', 'LANMAN'],
]);
const CLEAR_SCHEMES = new Set<string | undefined>(['PLAIN', 'CLEAR', 'CLEARTEXT', 'PLAIN-TRUNC']);

/** Why a text is refused although its kind is known, and what to do. Contains nothing of the text. */
export function refuseKnownText(text: string): string | undefined {
  const { scheme, rest = text } = partsOf(text) ?? {};
  if (CLEAR_SCHEMES.has(scheme)) return 'this is a password in the clear: send it as the password of the user';
  const named = UNSUPPORTED_TEXTS.find(([pattern]) => pattern.test(rest))?.[1];
  const name = named ?? (UNSUPPORTED_SCHEMES.has(scheme) ? scheme : undefined);
  return name && `${name} is not supported: import the user without a password, and send a link to choose a new one`;
}

/** `isHex` absent: the name does not end in an encoding. */
function partsOf(text: string): { scheme: string; isHex?: boolean; rest: string } | undefined {
  const parts = SCHEME.exec(text);
  if (!parts) return undefined;
  const [, scheme = '', encoding, rest = ''] = parts;
  return { scheme: scheme.toUpperCase(), rest, ...(encoding && { isHex: encoding.toUpperCase() === 'HEX' }) };
}

function readText(rest: string, isHex: boolean | undefined): SchemeHash | undefined {
  const bytes = isHex === undefined ? utf8.decode(rest) : decode(rest, isHex);
  const text = bytes && new TextDecoder().decode(bytes);
  return text?.startsWith('$') ? { text } : undefined;
}

/** Dovecot: `$1$`, salt as text, iterations, SHA-1 in hexadecimal. OpenLDAP and passlib: as their PHC string. */
function readPbkdf2(scheme: string, rest: string): SchemeHash | undefined {
  if (!rest.startsWith('$')) return { text: `$${scheme.toLowerCase()}$${rest}` };
  const [, salt, iterations, coded = ''] = DOVECOT_PBKDF2.exec(rest) ?? [];
  const hash = decode(coded, true);
  if (scheme !== 'PBKDF2' || salt === undefined || !hash) return undefined;
  return { kind: 'pbkdf2', algorithm: 'sha1', iterations: Number(iterations), salt: utf8.decode(salt), hash };
}

function decode(text: string, isHex: boolean): Uint8Array | undefined {
  try {
    if (isHex) return hex.decode(text);
    return (text.endsWith('=') ? base64 : base64nopad).decode(text);
  } catch {
    return undefined;
  }
}
