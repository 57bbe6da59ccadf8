import { isCountersignError } from '../../clients/typescript/src/error.ts';
import { createVerifier } from '../../clients/typescript/src/results/verifier.ts';

/** What became of a result: its claims, or why it does not hold. */
export type Outcome = { claims: object } | { code: string };

export interface ExpectedResult {
  /** Of the service. */
  issuer: string;
  resource: string;
  nonce: string;
  origin: string;
  isTest: boolean;
  /** By the service's clock. */
  now: number;
}

/** Judges a result as a site's backend does, with the same library. Loaded by whoever gets one. */
export async function judgeResult(result: string, expected: ExpectedResult): Promise<Outcome> {
  const { issuer, resource, nonce, origin, isTest, now } = expected;
  const verifier = createVerifier({ issuer, resource, now: () => now });
  try {
    return { claims: await verifier.verifyResult(result, { nonce, origin, acceptTest: isTest }) };
  } catch (error) {
    return { code: isCountersignError(error) ? error.code : 'INTERNAL' };
  }
}
