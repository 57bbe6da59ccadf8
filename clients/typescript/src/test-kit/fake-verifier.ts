import type { ResultClaims } from '@countersign/protocol/result';
import type { CountersignErrorCode } from '../codes.ts';
import { CountersignError } from '../error.ts';
import { checkClaims, checkDemands } from '../results/check-claims.ts';
import type { Verifier } from '../results/verifier.ts';
import { refuseInProduction } from './refuse-in-production.ts';

/**
 * A verifier without keys or results: it takes every text for a result with these claims, and still checks nonce and
 * demands; or it refuses everything with one code. For tests of what your code does with the outcome.
 *
 * @throws Error if `NODE_ENV` is `production`.
 * @example
 * const verifier = createFakeVerifier({ sub: 'usr_1', acr: '1' });
 * const failing = createFakeVerifier('JWKS_UNAVAILABLE');
 */
export function createFakeVerifier(outcome: Partial<ResultClaims> | CountersignErrorCode = {}): Verifier {
  refuseInProduction('createFakeVerifier');
  return {
    async verifyResult(_result, expected) {
      refuseInProduction('createFakeVerifier');
      if (typeof outcome === 'string') throw new CountersignError(outcome, 'Refused by createFakeVerifier.');
      checkDemands(expected);
      const iat = Math.floor(Date.now() / 1000);
      const { transaction: _, ...others } = expected;
      const payload: Record<string, unknown> = {
        ...{ iss: 'https://countersign.test', aud: 'res_test', sub: 'usr_test', preferred_username: 'test' },
        ...{ nonce: expected.nonce, origin: expected.origin ?? 'https://site.test' },
        ...{ amr: ['pwd', 'otp', 'mfa'], acr: '2', otp: 'verified' },
        ...{ auth_time: iat, iat, exp: iat + 60, jti: `flw_${crypto.randomUUID()}` },
        ...outcome,
      };
      const rules = {
        issuer: String(payload.iss),
        resource: String(payload.aud),
        clockToleranceS: 30,
        maxLifetimeS: 300,
      };
      return checkClaims(payload, rules, others, iat);
    },
  };
}
