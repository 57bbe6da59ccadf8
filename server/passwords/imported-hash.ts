import { base64, base64nopad, base64urlnopad, hex, utf8 } from '@scure/base';
import { type ReadCrypt, readCrypt } from './crypt-text.ts';
import { readIdentityText } from './identity-text.ts';
import { parsePhc } from './phc.ts';
import { readSchemeText } from './scheme-text.ts';

/**
 * Password hashes imported from other systems. Each is parsed at import and its parameters are bounded (SR-18). It is
 * stored in a format of its own, in place of an argon2id text, until the first sign-in of its owner.
 */

export const DIGESTS = ['md5', 'sha1', 'sha256', 'sha512'] as const;
export type Digest = (typeof DIGESTS)[number];
const PBKDF2_DIGESTS = ['sha1', 'sha256', 'sha512'] as const;
export const BYTE_ENCODINGS = ['hex', 'base64'] as const;
export const SALT_ENCODINGS = ['text', 'hex', 'base64'] as const;

interface Parts {
  hash: string;
  encoding: (typeof BYTE_ENCODINGS)[number];
  salt: string;
  saltEncoding: (typeof SALT_ENCODINGS)[number];
}

interface FirebaseHash {
  hash: string;
  salt: string;
  signerKey: string;
  saltSeparator: string;
  rounds: number;
  memoryCost: number;
}

/** The hash of another system. */
export type ImportedHash =
  /**
   * A self-describing hash: bcrypt, a PHC string of argon2, scrypt or PBKDF2, or a text of Django, Werkzeug, passlib,
   * WordPress, Drupal, SHA-crypt, LDAP and Dovecot (`{SSHA}`, `{CRYPT}`) or ASP.NET Core Identity.
   */
  | { format: 'text'; text: string }
  | ({ format: 'pbkdf2'; algorithm: Exclude<Digest, 'md5'>; iterations: number } & Parts)
  /** `cost` is N, `blockSize` r, `parallelism` p (RFC 7914). */
  | ({ format: 'scrypt'; cost: number; blockSize: number; parallelism: number } & Parts)
  /** Firebase's own scrypt. `rounds` is r, `memoryCost` the binary logarithm of N. All bytes are in base64. */
  | ({ format: 'firebase-scrypt' } & FirebaseHash)
  /**
   * A plain digest. Each round is a template over `{password}`, `{salt}` and, after the first, `{hash}`: the lower-case
   * hexadecimal result of the previous round. `{password:hex}` and `{salt:hex}` are these in lower-case hexadecimal,
   * `{open}` and `{close}` are braces.
   */
  | ({ format: 'digest'; algorithm: Digest; rounds: string[] } & Parts);

/** A stored hash other than argon2, parsed. */
export type ReadHash =
  /** `over`: what bcrypt hashes in place of the password. */
  | { kind: 'bcrypt'; text: string; over?: 'sha256' | 'sha256-base64' | 'hmac-sha256' | 'wordpress' }
  | ReadCrypt
  | { kind: 'pbkdf2'; algorithm: Exclude<Digest, 'md5'>; iterations: number; salt: Uint8Array; hash: Uint8Array }
  | (ScryptHash & { kind: 'scrypt' })
  /** The hash is the key stream of AES-256-CTR under the derived key. */
  | (ScryptHash & { kind: 'firebase-scrypt' })
  | ReadDigest;

interface ScryptHash {
  cost: number;
  blockSize: number;
  parallelism: number;
  salt: Uint8Array;
  hash: Uint8Array;
}

export interface ReadDigest {
  kind: 'digest';
  algorithm: Digest;
  rounds: string[];
  salt: Uint8Array;
  hash: Uint8Array;
}

/**
 * A text beyond these bounds is read as no hash: it could cost too much memory or hours. `hash-cost.ts` bounds the time of
 * what is read.
 */
export const IMPORT_BOUNDS = {
  bcryptCost: 18,
  /** Multiplied by the blocks of output. */
  pbkdf2Iterations: 20_000_000,
  /** N r p; the memory is 128 bytes times N r. */
  scryptWork: 2 ** 25,
  scryptMemory: 256 * 2 ** 20,
  digestRounds: 16,
  templateLength: 200,
  saltBytes: 256,
} as const;

const OUTPUT_BYTES: Record<Digest, number> = { md5: 16, sha1: 20, sha256: 32, sha512: 64 };

/** The text to store for an imported hash; undefined if it is malformed or unknown. `hash-cost.ts` says what it costs. */
export function wrapImportedHash(imported: ImportedHash): string | undefined {
  const text = canonical(imported);
  return text !== undefined && text.length <= 2000 && isUsable(text) ? text : undefined;
}

function isUsable(text: string): boolean {
  return isArgon2(text) ? isValidArgon2(text) : readHash(text) !== undefined;
}

export function isArgon2(text: string): boolean {
  return text.startsWith('$argon2');
}

export function isValidArgon2(text: string): boolean {
  try {
    parsePhc(text);
    return true;
  } catch {
    return false;
  }
}

function canonical(imported: ImportedHash): string | undefined {
  if (imported.format === 'text') return fromText(imported.text);
  if (imported.format === 'firebase-scrypt') return fromFirebase(imported);
  const hash = bytesOf(imported.hash, imported.encoding);
  const salt = bytesOf(imported.salt, imported.saltEncoding);
  if (!hash || !salt) return undefined;
  switch (imported.format) {
    case 'pbkdf2':
      return writeHash({ ...imported, kind: 'pbkdf2', salt, hash });
    case 'scrypt':
      return writeHash({ ...imported, kind: 'scrypt', salt, hash });
    case 'digest':
      return writeHash({ ...imported, kind: 'digest', salt, hash });
  }
}

/**
 * Firebase encrypts the project's signer key under a key derived from the password. What the cipher adds to it depends
 * on the password alone, so the signer key itself need not be stored.
 */
function fromFirebase(imported: FirebaseHash): string | undefined {
  const { rounds: blockSize, memoryCost } = imported;
  const parts = [imported.hash, imported.signerKey, imported.salt, imported.saltSeparator];
  const [hash, key, salt, separator] = parts.map((part) => bytesOf(part, 'base64'));
  if (!hash || !key || !salt || !separator || hash.length !== key.length) return undefined;
  const stream = hash.map((byte, at) => byte ^ (key[at] ?? 0));
  const numbers = { cost: 2 ** memoryCost, blockSize, parallelism: 1 };
  return writeHash({ kind: 'firebase-scrypt', ...numbers, salt: Buffer.concat([salt, separator]), hash: stream });
}

function writeHash(read: Exclude<ReadHash, { kind: 'bcrypt' | 'crypt' }>): string | undefined {
  const tail = `${base64nopad.encode(read.salt)}$${base64nopad.encode(read.hash)}`;
  switch (read.kind) {
    case 'pbkdf2':
      return `$pbkdf2-${read.algorithm}$i=${read.iterations}$${tail}`;
    case 'scrypt':
    case 'firebase-scrypt': {
      const ln = Math.log2(read.cost);
      return Number.isInteger(ln)
        ? `$${read.kind}$ln=${ln},r=${read.blockSize},p=${read.parallelism}$${tail}`
        : undefined;
    }
    case 'digest':
      return `$digest-${read.algorithm}$${base64urlnopad.encode(utf8.decode(JSON.stringify(read.rounds)))}$${tail}`;
  }
}

/** Converts the formats of other systems to the stored one. */
function fromText(text: string): string | undefined {
  const fields = text.split('$');
  const [first, second = '', third = '', fourth = '', fifth = '', sixth = ''] = fields;
  switch (first) {
    // A Django hash begins with the name of its hasher; its salts are plain text.
    case 'argon2':
      return text.slice('argon2'.length);
    case 'bcrypt':
      return text.slice('bcrypt$'.length);
    case 'bcrypt_sha256':
      return text;
    case 'pbkdf2_sha256':
    case 'pbkdf2_sha1': {
      const algorithm = first === 'pbkdf2_sha1' ? 'sha1' : 'sha256';
      if (fields.length !== 4 || !WHOLE.test(second)) return undefined;
      const parts = { hash: fourth, encoding: 'base64', salt: third, saltEncoding: 'text' } as const;
      return canonical({ format: 'pbkdf2', algorithm, iterations: Number(second), ...parts });
    }
    case 'scrypt': {
      const numbers = [second, fourth, fifth];
      if (fields.length !== 6 || !numbers.every((number) => WHOLE.test(number))) return undefined;
      const [cost = 0, blockSize = 0, parallelism = 0] = numbers.map(Number);
      const parts = { hash: sixth, encoding: 'base64', salt: third, saltEncoding: 'text' } as const;
      return canonical({ format: 'scrypt', cost, blockSize, parallelism, ...parts });
    }
    case 'sha1':
    case 'md5': {
      if (fields.length !== 3) return undefined;
      const parts = { hash: third, encoding: 'hex', salt: second, saltEncoding: 'text' } as const;
      return canonical({ format: 'digest', algorithm: first, rounds: ['{salt}{password}'], ...parts });
    }
    case 'U':
      return text;
    case '':
      return fromPhc(text, second, third);
    default:
      if (fields.length === 3 && /^(scrypt|pbkdf2):/.test(text)) return fromWerkzeug(first ?? '', second, third);
      return fromScheme(text) ?? fromIdentity(text);
  }
}

function fromScheme(text: string): string | undefined {
  const read = readSchemeText(text);
  if (read === undefined) return undefined;
  return 'text' in read ? fromText(read.text) : writeHash(read);
}

/** Werkzeug: method and parameters, salt as text, hash in hexadecimal. */
function fromWerkzeug(method: string, salt: string, hash: string): string | undefined {
  const [name, ...parameters] = method.split(':');
  const numbers = parameters.slice(name === 'pbkdf2' ? 1 : 0);
  if (!numbers.every((number) => WHOLE.test(number))) return undefined;
  const [first = 0, second = 0, third = 0] = numbers.map(Number);
  const parts = { hash, encoding: 'hex', salt, saltEncoding: 'text' } as const;
  if (name === 'scrypt' && numbers.length === 3) {
    return canonical({ format: 'scrypt', cost: first, blockSize: second, parallelism: third, ...parts });
  }
  const algorithm = PBKDF2_DIGESTS.find((digest) => digest === parameters[0]);
  if (name !== 'pbkdf2' || numbers.length !== 1 || !algorithm) return undefined;
  return canonical({ format: 'pbkdf2', algorithm, iterations: first, ...parts });
}

function fromIdentity(text: string): string | undefined {
  const read = readIdentityText(text);
  return read && writeHash({ kind: 'pbkdf2', ...read });
}

function fromPhc(text: string, name: string, parameters: string): string {
  if (!name.startsWith('pbkdf2')) return text;
  // passlib: `$pbkdf2$` is SHA-1, the iterations have no key, and base64 has a dot for the plus.
  const rest = text.slice(`$${name}$${parameters}`.length).replaceAll('.', '+');
  const algorithm = name === 'pbkdf2' ? 'pbkdf2-sha1' : name;
  return `$${algorithm}$${WHOLE.test(parameters) ? `i=${parameters}` : parameters}${rest}`;
}

/** The placeholders of a template. */
const PIECES = ['password', 'password:hex', 'salt', 'salt:hex', 'hash', 'open', 'close'] as const;
type TemplatePiece = (typeof PIECES)[number];

/** A parsed template: literal texts, and the names of placeholders. */
export function piecesOf(template: string): (string | { piece: TemplatePiece })[] {
  return template.split(/(\{[^{}]*\})/).map((part) => {
    const name = part.startsWith('{') && part.endsWith('}') ? part.slice(1, -1) : undefined;
    const piece = PIECES.find((known) => known === name);
    return piece === undefined ? part : { piece };
  });
}

const WHOLE = /^[1-9]\d{0,8}$/;
/** `2x` is left out: it marks hashes of an old bug, which today's libraries do not reproduce. */
const BCRYPT = /^(bcrypt_sha256\$|\$wp)?(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/;
/** passlib's, of both versions: the cost has no leading zero, and the salt is apart. */
const BCRYPT_SHA256 =
  /^\$bcrypt-sha256\$(?:v=([12]),t=(2[ab]),r=|(2[ab]),)([1-9]\d?)\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/;
const PBKDF2 = /^\$pbkdf2-(sha1|sha256|sha512)\$i=([1-9]\d{0,8})\$([A-Za-z0-9+/]{0,400})\$([A-Za-z0-9+/]{0,100})$/;
const SCRYPT =
  /^\$(scrypt|firebase-scrypt)\$ln=([1-9]\d?),r=([1-9]\d{0,2}),p=([1-9]\d{0,2})\$([A-Za-z0-9+/]{0,400})\$([A-Za-z0-9+/]{0,100})$/;
const DIGEST =
  /^\$digest-(md5|sha1|sha256|sha512)\$([A-Za-z0-9_-]{1,1500})\$([A-Za-z0-9+/]{0,400})\$([A-Za-z0-9+/]{0,100})$/;

/** A stored hash other than argon2; undefined if it is malformed or its parameters are out of bounds. */
export function readHash(text: string): ReadHash | undefined {
  return (
    readBcrypt(text) ??
    readBcryptSha256(text) ??
    readPbkdf2(text) ??
    readScrypt(text) ??
    readDigest(text) ??
    readCrypt(text)
  );
}

function readBcryptSha256(text: string): ReadHash | undefined {
  const [, version = '1', type, earlierType, cost = '', salt = '', hash = ''] = BCRYPT_SHA256.exec(text) ?? [];
  const read = readBcrypt(`$${type ?? earlierType}$${cost.padStart(2, '0')}$${salt}${hash}`);
  return read?.kind === 'bcrypt' ? { ...read, over: version === '1' ? 'sha256-base64' : 'hmac-sha256' } : undefined;
}

function readBcrypt(text: string): ReadHash | undefined {
  const [, before, bcrypt = '', cost] = BCRYPT.exec(text) ?? [];
  if (cost === undefined || Number(cost) < 4 || Number(cost) > IMPORT_BOUNDS.bcryptCost) return undefined;
  if (before === undefined) return { kind: 'bcrypt', text: bcrypt };
  return { kind: 'bcrypt', text: bcrypt, over: before === '$wp' ? 'wordpress' : 'sha256' };
}

function readPbkdf2(text: string): ReadHash | undefined {
  const [, algorithm, iterationsText, saltText, hashText] = PBKDF2.exec(text) ?? [];
  const [salt, hash] = [saltOf(saltText), outputOf(hashText)];
  if (!salt || !hash || (algorithm !== 'sha1' && algorithm !== 'sha256' && algorithm !== 'sha512')) return undefined;
  const iterations = Number(iterationsText);
  const blocks = Math.ceil(hash.length / OUTPUT_BYTES[algorithm]);
  if (iterations * blocks > IMPORT_BOUNDS.pbkdf2Iterations) return undefined;
  return { kind: 'pbkdf2', algorithm, iterations, salt, hash };
}

function readScrypt(text: string): ReadHash | undefined {
  const [, kind, ln, r, p, saltText, hashText] = SCRYPT.exec(text) ?? [];
  const [salt, hash] = [saltOf(saltText), outputOf(hashText)];
  if (!salt || !hash) return undefined;
  const [cost, blockSize, parallelism] = [2 ** Number(ln), Number(r), Number(p)];
  const memory = 128 * blockSize * (cost + parallelism);
  if (memory > IMPORT_BOUNDS.scryptMemory || cost * blockSize * parallelism > IMPORT_BOUNDS.scryptWork)
    return undefined;
  // RFC 7914, section 2: OpenSSL computes no others.
  if (Number(ln) >= 16 * blockSize) return undefined;
  return { kind: kind === 'scrypt' ? kind : 'firebase-scrypt', cost, blockSize, parallelism, salt, hash };
}

function readDigest(text: string): ReadHash | undefined {
  const [, name, roundsText = '', saltText, hashText] = DIGEST.exec(text) ?? [];
  const algorithm = DIGESTS.find((digest) => digest === name);
  const [salt, hash, json] = [saltOf(saltText), outputOf(hashText), decoded(base64urlnopad, roundsText)];
  if (!algorithm || !salt || !json || hash?.length !== OUTPUT_BYTES[algorithm]) return undefined;
  try {
    const rounds: unknown = JSON.parse(utf8.encode(json));
    return areValidTemplates(rounds) ? { kind: 'digest', algorithm, rounds, salt, hash } : undefined;
  } catch {
    return undefined;
  }
}

/** One to sixteen valid templates, from the password to the final hash. */
export function areValidTemplates(rounds: unknown): rounds is string[] {
  if (!Array.isArray(rounds) || rounds.length === 0 || rounds.length > IMPORT_BOUNDS.digestRounds) return false;
  return rounds.every((round: unknown, index) => {
    if (typeof round !== 'string' || round.length > IMPORT_BOUNDS.templateLength) return false;
    const used = [...round.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name);
    const allowed: string[] = index === 0 ? PIECES.filter((piece) => piece !== 'hash') : [...PIECES];
    // A round without the previous hash, or a first one without the password, would accept any password.
    const needed = index === 0 ? ['password', 'password:hex'] : ['hash'];
    return needed.some((name) => used.includes(name)) && used.every((name) => allowed.includes(name ?? ''));
  });
}

/** An output below 16 bytes could be matched by chance. */
function outputOf(text: string | undefined): Uint8Array | undefined {
  const bytes = text === undefined ? undefined : decoded(base64nopad, text);
  return bytes && bytes.length >= 16 && bytes.length <= 64 ? bytes : undefined;
}

function saltOf(text: string | undefined): Uint8Array | undefined {
  const bytes = text === undefined ? undefined : decoded(base64nopad, text);
  return bytes && bytes.length <= IMPORT_BOUNDS.saltBytes ? bytes : undefined;
}

function bytesOf(text: string, encoding: 'text' | 'hex' | 'base64'): Uint8Array | undefined {
  if (encoding === 'text') return utf8.decode(text);
  if (encoding === 'hex') return decoded(hex, text.toLowerCase());
  return decoded(text.endsWith('=') ? base64 : base64nopad, text);
}

function decoded(coder: { decode(text: string): Uint8Array }, text: string): Uint8Array | undefined {
  try {
    return coder.decode(text);
  } catch {
    return undefined;
  }
}
