import type { CryptoKey } from 'jose';
import type { PublicJwk } from '../../kernel/ports/signer.ts';

/** A key ready for use: its private half opened, in memory only. */
export interface SigningKey {
  publicJwk: PublicJwk;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  /** Milliseconds since the epoch; published before, so that verifiers have it in time (SR-58). */
  signsFromAt: number;
  /** From then on neither published nor believed. */
  retiresAt?: number;
}
