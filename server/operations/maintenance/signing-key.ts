import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResultAlgorithm } from '@countersign/protocol/result';
import type { PublicJwk } from '../../kernel/ports/signer.ts';

/** A key that signs results, as stored. One fixed algorithm per key (SR-10). */
export interface StoredSigningKey {
  /** RFC 7638 thumbprint of the public key, so a kid can never mean two keys. */
  kid: string;
  algorithm: ResultAlgorithm;
  /** Public part, as a JWK. */
  crv: string;
  x: string;
  y?: string;
  /** Private JWK, sealed for (service, signing-key, kid, private). */
  sealedPrivateJwk: string;
  createdAt: number;
  /**
   * A key is published from its creation on and signs from this time on, so that verifiers have it before they need it
   * (SR-58).
   */
  signsFromAt: number;
  /** Set once a successor exists: after this time the key is neither published nor accepted. */
  retiresAt?: number;
}

/** All keys, in one document: they change together. */
export interface SigningKeySet {
  keys: StoredSigningKey[];
}

/** What verifies its signatures. */
export function publicHalf({ kid, algorithm, crv, x, y }: StoredSigningKey): PublicJwk {
  const kty = algorithm === 'EdDSA' ? 'OKP' : 'EC';
  return { kty, kid, alg: algorithm, use: 'sig', crv, x, ...omitUndefined({ y }) };
}
