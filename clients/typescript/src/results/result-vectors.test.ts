import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../testing/refusal.ts';
import { json, scriptedFetch } from '../../testing/scripted-fetch.ts';
import { NONCE_VECTORS, textOf, VECTORS, type VectorCase } from '../../testing/vectors.ts';
import { createVerifier } from './verifier.ts';

function verify(vectorCase: VectorCase) {
  const { now, nonce, origin, app, requireOtp, acr, transaction, acceptTest, maxAgeMs, ...options } = {
    ...VECTORS.defaults,
    ...vectorCase.options,
  };
  const verifier = createVerifier({
    ...options,
    now: () => now * 1000,
    fetch: scriptedFetch(json(VECTORS.jwks)).fetch,
  });
  return verifier.verifyResult(textOf(vectorCase), {
    // A host in JavaScript may well pass the nothing that its session holds.
    nonce: nonce as string,
    ...(origin === undefined ? {} : { origin }),
    ...(app === undefined ? {} : { app }),
    ...(requireOtp === undefined ? {} : { requireOtp }),
    ...(acr === undefined ? {} : { acr }),
    ...(transaction === undefined ? {} : { transaction }),
    ...(acceptTest === undefined ? {} : { acceptTest }),
    ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
  });
}

const { cases: nonceCases } = NONCE_VECTORS;

// SR-9, SR-10: results.json
describe('hostile results', () => {
  const hostile = VECTORS.cases.filter((vectorCase) => vectorCase.expect !== 'accept');

  test.each(hostile.map((vectorCase) => [vectorCase.name, vectorCase] as const))('%s', async (_name, vectorCase) => {
    const refusal = await refusalOf(verify(vectorCase));
    expect(refusal.code).toBe(vectorCase.expect);
    expect(refusal.message).not.toBe('');
    // A long piece of the input would be the result itself, and refusals get logged.
    const text = textOf(vectorCase);
    if (text.length > 20) expect(refusal.message).not.toContain(text.slice(0, 20));
  });

  test('are many, and of every kind that the offline verifier tells apart', () => {
    expect(hostile.length).toBeGreaterThan(250);
    expect([...new Set(hostile.map((vectorCase) => vectorCase.expect))].sort()).toEqual([
      'RESULT_ACR_REQUIRED',
      'RESULT_ALGORITHM_REFUSED',
      'RESULT_APP_REQUIRED',
      'RESULT_APP_UNEXPECTED',
      'RESULT_AUDIENCE_WRONG',
      'RESULT_CLAIMS_INVALID',
      'RESULT_EXPIRED',
      'RESULT_HEADER_REFUSED',
      'RESULT_ISSUER_WRONG',
      'RESULT_KEY_UNKNOWN',
      'RESULT_LIFETIME_WRONG',
      'RESULT_MALFORMED',
      'RESULT_NONCE_WRONG',
      'RESULT_NOT_YET_VALID',
      'RESULT_ORIGIN_WRONG',
      'RESULT_OTP_REQUIRED',
      'RESULT_SIGNATURE_WRONG',
      'RESULT_TEST_REFUSED',
      'RESULT_TOO_OLD',
      'RESULT_TRANSACTION_UNEXPECTED',
      'RESULT_TRANSACTION_WRONG',
      'RESULT_TYP_WRONG',
    ]);
  });
});

describe('good results', () => {
  const good = VECTORS.cases.filter((vectorCase) => vectorCase.expect === 'accept');

  test.each(good.map((vectorCase) => [vectorCase.name, vectorCase] as const))('%s', async (_name, vectorCase) => {
    const { issuer, resource, nonce } = { ...VECTORS.defaults, ...vectorCase.options };
    expect(await verify(vectorCase)).toMatchObject({ iss: issuer, aud: resource, nonce, sub: 'usr_2v6m0c4x9ta' });
  });
});

// SR-10: nonces.json
describe('nonces', () => {
  test.each(nonceCases.map((vectorCase) => [vectorCase.name, vectorCase] as const))('%s', async (_name, vectorCase) => {
    if (vectorCase.expect === 'accept') expect((await verify(vectorCase)).nonce).toBe(vectorCase.options?.nonce);
    else expect((await refusalOf(verify(vectorCase))).code).toBe('RESULT_NONCE_WRONG');
  });

  test('are right, wrong, unusable and absent', () => {
    expect(nonceCases.filter((one) => one.expect === 'accept').length).toBeGreaterThan(5);
    expect(nonceCases.filter((one) => one.options?.nonce === null).length).toBeGreaterThan(5);
    expect(nonceCases.length).toBeGreaterThan(80);
  });
});
