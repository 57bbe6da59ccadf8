import { type ResultClaims, TEST_RESULT_TYP } from '@countersign/protocol/result';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Client } from '../api/client.ts';
import { CountersignError } from '../error.ts';
import { createVerifier, type Verifier } from '../results/verifier.ts';
import { refuseInProduction } from './refuse-in-production.ts';

const LIFETIME_S = 60;

export interface TestIssuerOptions {
  /** Default `https://countersign.test`. */
  issuer?: string;
  /** Default `res_test`. */
  resource?: string;
  /** Milliseconds since the epoch. Default `Date.now`. */
  now?: () => number;
}

/** What a test result says; what is left out has the value of a user with two factors. */
export type TestClaims = { nonce: string; origin: string } & Partial<ResultClaims>;

export interface TestIssuer {
  readonly issuer: string;
  readonly resource: string;
  /** What a service publishes under `/.well-known/jwks.json`, with the key of this issuer alone. */
  readonly jwks: { keys: object[] };
  /** Verifies as in production, with all demands, but only results of this issuer. */
  readonly verifier: Verifier;
  /** Consumes results of this issuer, each once, and creates login requests that no widget can use. */
  readonly client: Pick<Client, 'consumeResult' | 'createLoginRequest'>;
  /** A result as the widget would give it to your page. */
  issueResult(claims: TestClaims): Promise<string>;
}

/**
 * Issues results for the tests of your own backend, without a service. Its key is made when it is called and known to
 * no service, and its results are marked as those of a test resource, so no verifier in production accepts them.
 *
 * @throws Error if `NODE_ENV` is `production`.
 * @example
 * const issuer = await createTestIssuer();
 * const app = createApp({ verifier: issuer.verifier, resource: issuer.resource });
 * const result = await issuer.issueResult({ nonce, origin: 'https://shop.example', sub: 'usr_1' });
 */
export async function createTestIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  refuseInProduction('createTestIssuer');
  const { issuer = 'https://countersign.test', resource = 'res_test', now = Date.now } = options;
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const kid = crypto.randomUUID();
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] };
  const verifier = createVerifier({
    ...{ issuer, resource, now, algorithms: ['ES256'] },
    fetch: async () => new Response(JSON.stringify(jwks)),
  });
  const verifyResult: Verifier['verifyResult'] = (result, expected) => {
    refuseInProduction('The verifier of createTestIssuer');
    return verifier.verifyResult(result, { ...expected, acceptTest: true });
  };
  const consumed = new Set<string>();

  return {
    ...{ issuer, resource, jwks },
    verifier: { verifyResult },
    client: {
      async consumeResult({ result, resource: _, ...expected }) {
        const claims = await verifyResult(result, expected);
        if (consumed.has(claims.jti))
          throw new CountersignError('RESULT_USED', 'The result has been consumed.', { status: 409 });
        consumed.add(claims.jti);
        return claims;
      },
      createLoginRequest: async () => ({ loginRequest: `lrq.test.${crypto.randomUUID()}`, expiresAt: now() + 120_000 }),
    },
    issueResult(claims) {
      const iat = Math.floor(now() / 1000);
      const payload: ResultClaims = {
        ...{ iss: issuer, aud: resource, sub: 'usr_test', preferred_username: 'test' },
        ...{ amr: ['pwd', 'otp', 'mfa'], acr: '2', otp: 'verified' },
        ...{ auth_time: iat, iat, exp: iat + LIFETIME_S, jti: `flw_${crypto.randomUUID()}` },
        ...claims,
        test: true,
      };
      return new SignJWT({ ...payload })
        .setProtectedHeader({ alg: 'ES256', typ: TEST_RESULT_TYP, kid })
        .sign(privateKey);
    },
  };
}
