import type { ResultClaims } from '@countersign/protocol/result';
import type { AuditStatement } from '../audit-statement.ts';

export interface PublicJwk {
  kty: string;
  kid: string;
  alg: string;
  use: 'sig';
  crv: string;
  x: string;
  y?: string;
}

/** Signs results and publishes the keys that verify them. One algorithm per key (SR-10). */
export interface Signer {
  /** A compact JWS over the claims with `typ`, `alg` and `kid` in its header. */
  sign(claims: ResultClaims): Promise<string>;
  /** The claims if the JWT is ours, well-formed and unexpired at `now` (30 s tolerance), else undefined (SR-9). */
  verify(jwt: string, expected: { audience: string; now: number }): Promise<ResultClaims | undefined>;
  /** A compact JWS over a statement about an audit chain, with a `typ` of its own (SR-34). */
  signStatement(statement: AuditStatement): Promise<string>;
  /** The public keys to publish: current ones, and those whose results may still be valid. */
  publicKeys(): PublicJwk[];
}
