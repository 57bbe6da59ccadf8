import { createDecipheriv, createHmac } from 'node:crypto';
import { isSameSecret } from '../../../kernel/secret-token.ts';
import { wholeNumber } from '../declared-token.ts';
import { ImportError } from '../import-file.ts';
import { base64Decode } from '../seed-format.ts';
import { childOf, NAMESPACES, type Namespace, neededChild, textOf, type XmlElement } from './xml.ts';

export type Hash = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** The encryption of a container's values (RFC 6030 sections 6.1 and 6.2). */
export type Protection = { by: 'pre-shared-key' } | ({ by: 'password' } & Derivation);

/** PBKDF2 (RFC 8018 section 5.2). */
export interface Derivation {
  hash: Hash;
  salt: Uint8Array;
  iterations: number;
  keyBytes: number;
}

export interface Encrypted {
  algorithm: string;
  bytes: Uint8Array;
}

/** The authentication of values; its key is encrypted like them (RFC 6030 section 6.1.1). */
export interface MacMethod {
  hash: Hash;
  key: Encrypted;
}

/** Some seconds of one thread on a slow core; vendors' files have up to some hundred thousand. */
export const MAX_ITERATIONS = 1_000_000;

const PBKDF2 = new Set([
  `${NAMESPACES.pkcs5}pbkdf2`,
  'http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5#pbkdf2',
  `${NAMESPACES.xenc11}pbkdf2`,
]);

const HASHES = new Map<string, Hash>([
  [`${NAMESPACES.ds}hmac-sha1`, 'sha1'],
  ['http://www.w3.org/2001/04/xmldsig-more#hmac-sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#hmac-sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmldsig-more#hmac-sha512', 'sha512'],
]);

type Cipher = { mode: 'cbc' | 'gcm' | 'wrap'; bits: 128 | 192 | 256 };
const CIPHERS = new Map<string, Cipher>(
  ([128, 192, 256] as const).flatMap((bits): [string, Cipher][] => [
    [`${NAMESPACES.xenc}aes${bits}-cbc`, { mode: 'cbc', bits }],
    [`${NAMESPACES.xenc}kw-aes${bits}`, { mode: 'wrap', bits }],
    [`${NAMESPACES.xenc11}aes${bits}-gcm`, { mode: 'gcm', bits }],
  ]),
);

/** RFC 3394 section 2.2.3.1. */
const WRAP_IV = Buffer.alloc(8, 0xa6);
const IV_BYTES = { cbc: 16, gcm: 12 };
const TAG_BYTES = 16;

/** Reads `EncryptionKey`. */
export function readProtection(element: XmlElement): Protection {
  const derived = childOf(element, 'DerivedKey', 'xenc11');
  const named = childOf(element, 'KeyName', 'ds');
  if (named && !derived && element.children.length === 1) return { by: 'pre-shared-key' };
  if (!derived || named) throw new ImportError('PROTECTION_UNSUPPORTED');
  const method = neededChild(derived, 'KeyDerivationMethod', 'xenc11');
  if (!PBKDF2.has(method.attributes.get('Algorithm') ?? '')) throw new ImportError('PROTECTION_UNSUPPORTED');
  const parameters = neededChild(method, 'PBKDF2-params', 'pkcs5', 'xenc11');
  const salt = base64Decode(textOf(unqualified(unqualified(parameters, 'Salt'), 'Specified')));
  const iterations = wholeNumber(textOf(unqualified(parameters, 'IterationCount')), 'PSKC_STRUCTURE');
  const keyBytes = wholeNumber(textOf(unqualified(parameters, 'KeyLength')), 'PSKC_STRUCTURE');
  if (salt === undefined || iterations < 1) throw new ImportError('PSKC_STRUCTURE');
  if (iterations > MAX_ITERATIONS || salt.length > 1024) throw new ImportError('PROTECTION_UNSUPPORTED');
  if (![16, 24, 32].includes(keyBytes)) throw new ImportError('KEY_LENGTH_WRONG');
  const prf = unqualifiedOrNone(parameters, 'PRF');
  return {
    by: 'password',
    hash: hashOf(prf?.attributes.get('Algorithm') ?? `${NAMESPACES.ds}hmac-sha1`),
    salt,
    iterations,
    keyBytes,
  };
}

/** Reads `MACMethod`. A MAC key outside the file is not supported. */
export function readMacMethod(element: XmlElement): MacMethod {
  return {
    hash: hashOf(element.attributes.get('Algorithm') ?? ''),
    key: readEncrypted(neededChild(element, 'MACKey', 'pskc')),
  };
}

/** Reads an `xenc:EncryptedDataType`. */
export function readEncrypted(element: XmlElement): Encrypted {
  const algorithm = neededChild(element, 'EncryptionMethod', 'xenc').attributes.get('Algorithm') ?? '';
  if (!CIPHERS.has(algorithm)) throw new ImportError('PROTECTION_UNSUPPORTED');
  const data = neededChild(element, 'CipherData', 'xenc');
  const bytes = base64Decode(textOf(neededChild(data, 'CipherValue', 'xenc')));
  if (bytes === undefined || bytes.length > 4096) throw new ImportError('PSKC_STRUCTURE');
  return { algorithm, bytes };
}

/** Whether this algorithm detects altered data when decrypting, without a separate MAC. */
export function provesItself({ algorithm }: Encrypted): boolean {
  return CIPHERS.get(algorithm)?.mode !== 'cbc';
}

/** @throws ImportError */
export function decrypt({ algorithm, bytes }: Encrypted, key: Uint8Array): Uint8Array {
  const cipher = CIPHERS.get(algorithm);
  if (!cipher) throw new ImportError('PROTECTION_UNSUPPORTED');
  if (key.length * 8 !== cipher.bits) throw new ImportError('KEY_LENGTH_WRONG');
  try {
    return new Uint8Array(decryptWith(cipher, bytes, key));
  } catch {
    throw new ImportError('KEY_WRONG');
  }
}

function decryptWith({ mode, bits }: Cipher, bytes: Uint8Array, key: Uint8Array): Buffer {
  if (mode === 'wrap') {
    const unwrapping = createDecipheriv(`id-aes${bits}-wrap`, key, WRAP_IV);
    return Buffer.concat([unwrapping.update(bytes), unwrapping.final()]);
  }
  const iv = bytes.subarray(0, IV_BYTES[mode]);
  if (mode === 'cbc') {
    const decipher = createDecipheriv(`aes-${bits}-cbc`, key, iv);
    return Buffer.concat([decipher.update(bytes.subarray(iv.length)), decipher.final()]);
  }
  const decipher = createDecipheriv(`aes-${bits}-gcm`, key, iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(iv.length, -TAG_BYTES)), decipher.final()]);
}

/**
 * The MAC is over the encrypted value as written in the file, initialisation vector included (RFC 6030 section 6.1.1).
 */
export function macFits(hash: Hash, macKey: Uint8Array, { bytes }: Encrypted, mac: Uint8Array): boolean {
  const expected = createHmac(hash, macKey).update(bytes).digest();
  return isSameSecret(mac, expected);
}

function hashOf(algorithm: string): Hash {
  const hash = HASHES.get(algorithm);
  if (!hash) throw new ImportError('PROTECTION_UNSUPPORTED');
  return hash;
}

/** The parts of `PBKDF2-params` have no namespace (as in the RFC's own figure) or that of their parent. */
function unqualifiedOrNone(element: XmlElement, name: string): XmlElement | undefined {
  const namespaces = new Set(['', ...(['pkcs5', 'xenc11'] satisfies Namespace[]).map((one) => NAMESPACES[one])]);
  const found = element.children.filter((child) => child.name === name && namespaces.has(child.uri));
  if (found.length > 1) throw new ImportError('PSKC_STRUCTURE');
  return found[0];
}

function unqualified(element: XmlElement, name: string): XmlElement {
  const child = unqualifiedOrNone(element, name);
  if (!child) throw new ImportError('PSKC_STRUCTURE');
  return child;
}
