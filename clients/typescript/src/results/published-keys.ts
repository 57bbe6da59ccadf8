import { RESULT_ALGORITHMS, type ResultAlgorithm } from '@countersign/protocol/result';
import { importJWK } from 'jose';
import { isSafeEd25519Point } from './ed25519-point.ts';
import { parseStrictJson } from './strict-json.ts';

/** A public key of the service, good for exactly one algorithm (SR-10). */
export interface PublishedKey {
  algorithm: ResultAlgorithm;
  key: CryptoKey;
}

const MAX_KEYS = 32;
const KEY_TYPES: Record<ResultAlgorithm, { kty: string; crv: string }> = {
  ES256: { kty: 'EC', crv: 'P-256' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
};

/**
 * The usable keys of a JWK set (RFC 7517 5) by `kid`. Others are passed over: those that do not say their `kid` and
 * `alg`, are not for signatures, are of another kind than their `alg`, are not public, or are of small order. Of keys that share a `kid`
 * none is used, since it is unclear which is meant.
 *
 * @throws Error if this is no JWK set, or nothing in it can be used.
 */
export async function readPublishedKeys(text: string): Promise<Map<string, PublishedKey>> {
  const set = parseStrictJson(text);
  const members = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined;
  if (!Array.isArray(members) || members.length > MAX_KEYS) throw new Error('It is not a JWK set.');

  const keys = new Map<string, PublishedKey | undefined>();
  for (const member of members) {
    const kid = typeof member === 'object' && member !== null ? member.kid : undefined;
    if (typeof kid !== 'string' || kid === '') continue;
    keys.set(kid, keys.has(kid) ? undefined : await importPublished(member));
  }
  const usable = new Map<string, PublishedKey>();
  for (const [kid, key] of keys) if (key) usable.set(kid, key);
  if (usable.size === 0) throw new Error('No key in it can be used.');
  return usable;
}

async function importPublished(jwk: Record<string, unknown>): Promise<PublishedKey | undefined> {
  const { kty, crv, alg, use, key_ops: operations, x, y } = jwk;
  const algorithm = RESULT_ALGORITHMS.find((known) => known === alg);
  if (!algorithm || kty !== KEY_TYPES[algorithm].kty || crv !== KEY_TYPES[algorithm].crv) return undefined;
  if (use !== undefined && use !== 'sig') return undefined;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return undefined;
  // A private key that got published is everybody's key.
  if ('d' in jwk || typeof x !== 'string') return undefined;
  try {
    if (algorithm === 'EdDSA' && !isSafeEd25519Point(x)) return undefined;
    // Only the members that make the key, so that nothing else in it can steer the import.
    const key = await importJWK({ kty, crv, x, ...(typeof y === 'string' ? { y } : {}) }, algorithm);
    return key instanceof Uint8Array ? undefined : { algorithm, key };
  } catch {
    return undefined;
  }
}
