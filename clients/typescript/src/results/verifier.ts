import {
  RESULT_ALGORITHMS,
  RESULT_TYP,
  type ResultAlgorithm,
  type ResultClaims,
  TEST_RESULT_TYP,
} from '@countersign/protocol/result';
import { compactVerify } from 'jose';
import { CountersignError } from '../error.ts';
import type { FetchLike } from '../http/bounded-fetch.ts';
import { wholeNumber } from '../options.ts';
import { parseServiceUrl } from '../service-url.ts';
import { hashOf } from '../transactions/transaction.ts';
import { checkClaims, checkDemands, type ResultExpectations } from './check-claims.ts';
import { type JsonObject, parseCompactJws, parseObject } from './compact-jws.ts';
import { createKeySet } from './key-set.ts';
import type { PublishedKey } from './published-keys.ts';

export interface VerifierOptions {
  /** The service's public URL, as its results name it in `iss`. */
  issuer: string;
  /** The id of your resource (`res_...`). */
  resource: string;
  /** Where the public keys are; otherwise `/.well-known/jwks.json` under the issuer. */
  jwksUrl?: string;
  /** Which signatures to accept. Default: both, `ES256` and `EdDSA`. */
  algorithms?: readonly ResultAlgorithm[];
  /** By how much the two clocks may differ. Default 30 s, at most 300. */
  clockToleranceS?: number;
  /** The longest life a result may claim. Default 300 s, the most that a resource can be set to. */
  maxLifetimeS?: number;
  /** Default: the runtime's own. */
  fetch?: FetchLike;
  /** Milliseconds since the epoch. Default `Date.now`. */
  now?: () => number;
  /** How long fetched keys serve. Default 10 minutes. */
  jwksCacheMs?: number;
  /** How much longer they serve while the service does not answer. Default 1 hour. */
  jwksMaxStaleMs?: number;
  /** At most one fetch in this time for unknown keys. Default 30 s. */
  jwksCooldownMs?: number;
  /** Default 5 s. */
  jwksTimeoutMs?: number;
}

export interface Verifier {
  /**
   * Who signed in, if this is a result of the service for your resource and for this visitor's sign-in.
   *
   * Offline: no request is made but for the public keys, once in a while. It does not know whether the result was used
   * before. So take the nonce out of the session before you call this (then it serves once), or have the
   * service consume the result (`client.consumeResult`).
   *
   * @throws CountersignError with one of the `RESULT_...` codes, `JWKS_UNAVAILABLE`, or `OPTION_INVALID` for a demand without a value.
   * @example
   * const claims = await verifier.verifyResult(form.get('countersign_result'), { nonce: session.takeNonce() });
   */
  verifyResult(jwt: unknown, expected: ResultExpectations): Promise<ResultClaims>;
}

/** Parameters that bring a key along, point to one, or change what is signed or how the payload is read. */
const REFUSED_PARAMETERS = ['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'crit', 'b64', 'enc', 'zip', 'cty'];

/** @throws CountersignError `OPTION_INVALID`, naming the option. */
export function createVerifier(options: VerifierOptions): Verifier {
  const issuer = parseServiceUrl('issuer', options.issuer);
  const rules = {
    issuer,
    resource: parseResource(options.resource),
    clockToleranceS: wholeNumber('clockToleranceS', options.clockToleranceS, { default: 30, min: 0, max: 300 }),
    maxLifetimeS: wholeNumber('maxLifetimeS', options.maxLifetimeS, { default: 300, min: 1, max: 300 }),
  };
  const algorithms = parseAlgorithms(options.algorithms);
  const now = options.now ?? Date.now;
  const keys = createKeySet({
    url:
      options.jwksUrl === undefined ? `${issuer}/.well-known/jwks.json` : parseServiceUrl('jwksUrl', options.jwksUrl),
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    now,
    cacheMs: wholeNumber('jwksCacheMs', options.jwksCacheMs, { default: 600_000, min: 0, max: 86_400_000 }),
    maxStaleMs: wholeNumber('jwksMaxStaleMs', options.jwksMaxStaleMs, { default: 3_600_000, min: 0, max: 86_400_000 }),
    cooldownMs: wholeNumber('jwksCooldownMs', options.jwksCooldownMs, { default: 30_000, min: 1000, max: 3_600_000 }),
    timeoutMs: wholeNumber('jwksTimeoutMs', options.jwksTimeoutMs, { default: 5000, min: 1, max: 60_000 }),
  });

  return {
    async verifyResult(jwt, expected) {
      const { transaction: asked, ...others } = expected;
      checkDemands(others);
      // The member alone says that a confirmation is expected: one that was lost on the way must not turn it into a sign-in.
      const transaction = 'transaction' in expected ? { transaction: await hashOf(asked ?? '') } : {};
      const { header, payload } = parseCompactJws(jwt);
      const { algorithm, kid, isTest } = checkHeader(header, algorithms, expected.acceptTest === true);
      const key = await keys.find(kid);
      if (!key) throw new CountersignError('RESULT_KEY_UNKNOWN', 'The service publishes no key of that name.');
      if (key.algorithm !== algorithm) {
        throw new CountersignError('RESULT_ALGORITHM_REFUSED', 'That key signs with another algorithm.');
      }
      await checkSignature(String(jwt), key);
      const claims = checkClaims(
        parseObject(payload, 'payload'),
        rules,
        { ...others, ...transaction },
        Math.floor(now() / 1000),
      );
      if ((claims.test === true) !== isTest) {
        throw new CountersignError('RESULT_CLAIMS_INVALID', 'Header and claims do not agree on whether it is a test.');
      }
      return claims;
    },
  };
}

/** The header chooses nothing: it only says which of the things we already accept it is (RFC 8725 3.1, 3.10, 3.11). */
function checkHeader(
  header: JsonObject,
  algorithms: readonly ResultAlgorithm[],
  acceptTest: boolean,
): { algorithm: ResultAlgorithm; kid: string; isTest: boolean } {
  const { typ, alg, kid } = header;
  const isTest = typ === TEST_RESULT_TYP;
  if (isTest && !acceptTest)
    throw new CountersignError('RESULT_TEST_REFUSED', 'The result comes from a test resource.');
  if (!isTest && typ !== RESULT_TYP)
    throw new CountersignError('RESULT_TYP_WRONG', 'This is some other kind of token.');
  const algorithm = algorithms.find((accepted) => accepted === alg);
  if (!algorithm) throw new CountersignError('RESULT_ALGORITHM_REFUSED', 'Its signature algorithm is not accepted.');
  const refused = REFUSED_PARAMETERS.find((name) => Object.hasOwn(header, name));
  if (refused) throw new CountersignError('RESULT_HEADER_REFUSED', `A result has no "${refused}" in its header.`);
  if (typeof kid !== 'string' || kid === '') {
    throw new CountersignError('RESULT_KEY_UNKNOWN', 'It does not name the key that signed it.');
  }
  return { algorithm, kid, isTest };
}

async function checkSignature(jwt: string, { key, algorithm }: PublishedKey): Promise<void> {
  try {
    await compactVerify(jwt, key, { algorithms: [algorithm] });
  } catch {
    throw new CountersignError('RESULT_SIGNATURE_WRONG', 'The signature is not right.');
  }
}

function parseResource(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new CountersignError('OPTION_INVALID', '"resource" must be the id of your resource.');
}

function parseAlgorithms(value: readonly ResultAlgorithm[] = RESULT_ALGORITHMS): readonly ResultAlgorithm[] {
  const known: readonly string[] = RESULT_ALGORITHMS;
  if (Array.isArray(value) && value.length > 0 && value.every((name) => known.includes(name))) return [...value];
  throw new CountersignError('OPTION_INVALID', `"algorithms" must list some of ${RESULT_ALGORITHMS.join(', ')}.`);
}
