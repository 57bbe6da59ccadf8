import type { ResultAlgorithm } from '@countersign/protocol/result';

/** A key that signs results, as stored. One algorithm per key, for good (SR-10). */
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
  /** Published from its creation on, signs from here on, so that verifiers have it before they need it (SR-58). */
  signsFromAt: number;
  /** Set once another has been made to take over: from then on it is neither published nor believed. */
  retiresAt?: number;
}

/** All keys, in one document: they change together. */
export interface SigningKeySet {
  keys: StoredSigningKey[];
}
