import type { CryptoKey } from 'jose';
import type { PublicJwk } from '../../kernel/ports/signer.ts';

/** A key ready for use: its private key decrypted, only in memory. */
export interface SigningKey {
  publicJwk: PublicJwk;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
  /** Milliseconds since the epoch; published earlier, so that verifiers have it in time (SR-58). */
  signsFromAt: number;
  /** From then on neither published nor accepted. */
  retiresAt?: number;
}
