import { base64nopad, base64urlnopad, hex, utf8 } from '@scure/base';
import { isCryptSetting } from './crypt-text.ts';
import { areValidTemplates, DIGESTS, type Digest, type ReadDigest, readHash } from './imported-hash.ts';
import { parsePhc } from './phc.ts';

/**
 * A cheap or repeated digest of another system wrapped in argon2id: the stored hash is argon2id of the digest's text,
 * so that a copy of the store is worth no more than one of native hashes. It is replaced by a hash of the password at
 * the next sign-in.
 */
type LegacyHash = (Pick<ReadDigest, 'kind' | 'algorithm' | 'rounds' | 'salt'> | { kind: 'crypt'; setting: string }) & {
  /** Argon2id of the digest, a PHC string. */
  phc: string;
};

const WRAPPED =
  /^\$wrapped-(md5|sha1|sha256|sha512)\$([A-Za-z0-9_-]{1,8000})\$([A-Za-z0-9+/]{0,400})(\$argon2id\$.{1,400})$/;

const WRAPPED_CRYPT = /^\$wrapped-crypt\$([A-Za-z0-9_-]{1,200})(\$argon2id\$.{1,400})$/;

export function isLegacyHash(text: string): boolean {
  return text.startsWith('$wrapped-');
}

/** The input of the argon2id of a digest, and the text around its result. Undefined for a text that is no digest. */
export function wrapping(text: string): { inner: string; around: (phc: string) => string } | undefined {
  const read = readHash(text);
  if (read?.kind === 'crypt') {
    const front = `$wrapped-crypt$${base64urlnopad.encode(utf8.decode(read.setting))}`;
    return { inner: read.hash, around: (phc) => `${front}${phc}` };
  }
  if (read?.kind !== 'digest') return undefined;
  const rounds = base64urlnopad.encode(utf8.decode(JSON.stringify(read.rounds)));
  const front = `$wrapped-${read.algorithm}$${rounds}$${base64nopad.encode(read.salt)}`;
  return { inner: hex.encode(read.hash), around: (phc) => `${front}${phc}` };
}

/** A parsed stored text; undefined if it is malformed or out of bounds (SR-18). */
export function readWrapped(text: string): LegacyHash | undefined {
  return readWrappedCrypt(text) ?? readWrappedDigest(text);
}

function readWrappedCrypt(text: string): LegacyHash | undefined {
  const [, coded, phc] = WRAPPED_CRYPT.exec(text) ?? [];
  if (coded === undefined || phc === undefined) return undefined;
  try {
    parsePhc(phc);
    const setting = utf8.encode(base64urlnopad.decode(coded));
    return isCryptSetting(setting) ? { kind: 'crypt', setting, phc } : undefined;
  } catch {
    return undefined;
  }
}

function readWrappedDigest(text: string): LegacyHash | undefined {
  const [, name, roundsText, saltText, phc] = WRAPPED.exec(text) ?? [];
  const algorithm: Digest | undefined = DIGESTS.find((digest) => digest === name);
  if (!algorithm || roundsText === undefined || saltText === undefined || phc === undefined) return undefined;
  try {
    parsePhc(phc);
    const rounds: unknown = JSON.parse(utf8.encode(base64urlnopad.decode(roundsText)));
    if (!areValidTemplates(rounds)) return undefined;
    return { kind: 'digest', algorithm, rounds, salt: base64nopad.decode(saltText), phc };
  } catch {
    return undefined;
  }
}
