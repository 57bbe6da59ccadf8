import { isCountersignError } from '../../clients/typescript/src/error.ts';
import { createVerifier } from '../../clients/typescript/src/results/verifier.ts';

/** The outcome of a verification: the claims, or the error code. */
export type Outcome = { claims: object } | { code: string };

export interface ExpectedResult {
  /** Issuer of the result: the service. */
  issuer: string;
  resource: string;
  nonce: string;
  origin: string;
  isTest: boolean;
  /** The service's clock. */
  now: number;
}

/** Verifies a result with the library that a site's backend uses. Loaded on first use. */
export async function verifyResult(result: string, expected: ExpectedResult): Promise<Outcome> {
  const { issuer, resource, nonce, origin, isTest, now } = expected;
  const verifier = createVerifier({ issuer, resource, now: () => now });
  try {
    return { claims: await verifier.verifyResult(result, { nonce, origin, acceptTest: isTest }) };
  } catch (error) {
    return { code: isCountersignError(error) ? error.code : 'INTERNAL' };
  }
}
