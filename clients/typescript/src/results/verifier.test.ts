import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyCharacter } from '../../../../shared/testing/any-character.ts';
import { refusalFrom, refusalOf } from '../../testing/refusal.ts';
import { json, scriptedFetch } from '../../testing/scripted-fetch.ts';
import { VECTORS, vector } from '../../testing/vectors.ts';
import { equalInConstantTime } from './constant-time.ts';
import { createVerifier, type VerifierOptions } from './verifier.ts';

const { issuer, resource, nonce, now } = VECTORS.defaults;
const good = vector('valid ES256');

function verifier(options: Partial<VerifierOptions> = {}) {
  return createVerifier({
    issuer,
    resource,
    now: () => now * 1000,
    fetch: scriptedFetch(json(VECTORS.jwks)).fetch,
    ...options,
  });
}

// SR-9
describe('an attacker who sends something else', () => {
  test('changes any one character: refused', async () => {
    const { verifyResult } = verifier();
    const position = fc.nat(good.length - 1);
    const character = fc.constantFrom(...'ABCXYZabcxyz0189-_.=+/ {}"');
    await fc.assert(
      fc.asyncProperty(position, character, async (at, replacement) => {
        fc.pre(good[at] !== replacement);
        const changed = good.slice(0, at) + replacement + good.slice(at + 1);
        expect((await refusalOf(verifyResult(changed, { nonce }))).code).toMatch(/^RESULT_/);
      }),
      { numRuns: 300 },
    );
  });

  test('sends any text: refused, and never with another kind of error', async () => {
    const { verifyResult } = verifier();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: anyCharacter, maxLength: 300 }), async (text) => {
        expect((await refusalOf(verifyResult(text, { nonce }))).code).toBe('RESULT_MALFORMED');
      }),
      { numRuns: 200 },
    );
  });

  test.each([undefined, null, 1, true, {}, [good], { toString: () => good }, Object(good)])(
    'sends what is not a text (%j): refused',
    async (value) => {
      expect((await refusalOf(verifier().verifyResult(value, { nonce }))).code).toBe('RESULT_MALFORMED');
    },
  );

  test('sends junk: the keys are not even fetched', async () => {
    const { fetch, requests } = scriptedFetch(json(VECTORS.jwks));
    const { verifyResult } = verifier({ fetch });
    for (const junk of ['', 'a.b.c', vector('alg "none" without a signature'), vector('typ "JWT"'), vector('kid ""')]) {
      await refusalOf(verifyResult(junk, { nonce }));
    }
    expect(requests).toHaveLength(0);
  });
});

// SR-57
test('an attacker who got at Object.prototype lends a result no claims', async () => {
  const jwt = vector('otp missing');
  Object.defineProperty(Object.prototype, 'otp', { value: 'verified', configurable: true });
  try {
    expect((await refusalOf(verifier().verifyResult(jwt, { nonce }))).code).toBe('RESULT_CLAIMS_INVALID');
  } finally {
    Reflect.deleteProperty(Object.prototype, 'otp');
  }
});

describe('a session without a nonce', () => {
  test.each([undefined, null, '', 'short', 0, [], [nonce], {}])('%j is refused, whatever the result', async (lost) => {
    const { verifyResult } = verifier();
    expect((await refusalOf(verifyResult(good, { nonce: lost as string }))).code).toBe('RESULT_NONCE_WRONG');
  });
});

test('a result of another page is refused with the origin that was found and the one that is expected', async () => {
  const origin = 'https://www.shop.example';
  expect(await refusalOf(verifier().verifyResult(good, { nonce, origin }))).toMatchObject({
    code: 'RESULT_ORIGIN_WRONG',
    message: 'The sign-in happened on "https://shop.example", and "https://www.shop.example" is expected.',
  });
});

describe('the claims', () => {
  test('are all there, and no others', async () => {
    expect(await verifier().verifyResult(good, { nonce })).toEqual({
      iss: issuer,
      aud: resource,
      sub: 'usr_2v6m0c4x9ta',
      preferred_username: 'mira',
      nonce,
      origin: 'https://shop.example',
      amr: ['pwd', 'otp', 'mfa'],
      acr: '2',
      otp: 'verified',
      auth_time: now - 6,
      iat: now - 5,
      exp: now + 55,
      jti: 'flw_0h7r3k5n8wq',
    });
    const claims = await verifier().verifyResult(vector('a claim that nobody knows'), { nonce });
    expect(claims).not.toHaveProperty('tier');
  });

  test('include what the resource asks for of the user, and metadata takes the place of no other', async () => {
    expect(await verifier().verifyResult(vector('what the resource asks for of the user'), { nonce })).toMatchObject({
      sub: 'usr_2v6m0c4x9ta',
      email: 'mira@shop.example',
      name: 'Mira Ölander',
      external_id: 'customer-1042',
      metadata: { plan: 'gold', seats: 3, trial: false, regions: ['eu'], address: { city: 'Kyïv' }, sub: 'usr_0' },
    });
  });
});

describe('the age of a factor', () => {
  test('is as long as is said, and the tolerance, and any time where nothing is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 49 }),
        fc.integer({ min: 0, max: 60_000 }),
        async (later, maxAgeMs) => {
          const { verifyResult } = verifier({ now: () => (now + later) * 1000, clockToleranceS: 2 });
          const outcome = await verifyResult(good, { nonce, maxAgeMs }).then(
            () => 'accept',
            (error) => error.code,
          );
          expect(outcome).toBe((later + 6 - 2) * 1000 <= maxAgeMs ? 'accept' : 'RESULT_TOO_OLD');
          await expect(verifyResult(good, { nonce })).resolves.toBeDefined();
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '60000'])('is not %j', async (maxAgeMs) => {
    const request = { nonce, maxAgeMs: maxAgeMs as number };
    expect((await refusalOf(verifier().verifyResult(good, request))).code).toBe('OPTION_INVALID');
  });
});

describe('the time', () => {
  test('a result is good from issue less the tolerance until expiry plus the tolerance, and never else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: now - 200, max: now + 200 }),
        fc.integer({ min: 0, max: 60 }),
        async (at, tolerance) => {
          const { verifyResult } = verifier({ now: () => at * 1000 + 999, clockToleranceS: tolerance });
          const outcome = await verifyResult(good, { nonce }).then(
            () => 'accept',
            (error) => error.code,
          );
          const expected =
            at >= now + 55 + tolerance
              ? 'RESULT_EXPIRED'
              : at < now - 5 - tolerance
                ? 'RESULT_NOT_YET_VALID'
                : 'accept';
          expect(outcome).toBe(expected);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('the address of the keys', () => {
  test.each([
    [{}, 'https://auth.example/.well-known/jwks.json'],
    [{ issuer: 'https://auth.example/' }, 'https://auth.example/.well-known/jwks.json'],
    [{ jwksUrl: 'https://keys.example/set' }, 'https://keys.example/set'],
    [{ jwksUrl: 'http://127.0.0.1:8080/set' }, 'http://127.0.0.1:8080/set'],
  ])('of %j is %s', async (options, url) => {
    const { fetch, requests } = scriptedFetch(json(VECTORS.jwks));
    await verifier({ ...options, fetch }).verifyResult(good, { nonce });
    expect(requests.map((request) => request.url)).toEqual([url]);
  });
});

// SR-9: a setting that got lost would let in whom it keeps out.
describe('a demand that was lost on the way, or misspelt', () => {
  test.each<[string, unknown]>([
    ...['origin', 'requireOtp', 'acr', 'maxAgeMs'].flatMap((name): [string, unknown][] => [
      [name, undefined],
      [name, null],
    ]),
    ['origin', ['https://shop.example']],
    ['requireOtp', 'true'],
    ['acr', '3'],
    ['acr', 2],
    ['maxAgeMs', -1],
  ])('%s: %j is not taken for none, whatever the result', async (name, value) => {
    for (const jwt of [good, 'junk']) {
      const refusal = await refusalOf(verifier().verifyResult(jwt, { nonce, [name]: value }));
      expect(refusal.code).toBe('OPTION_INVALID');
      expect(refusal.message).toContain(`"${name}" must be `);
    }
  });

  test('one that is not there is none', async () => {
    await expect(verifier().verifyResult(good, { nonce })).resolves.toMatchObject({ nonce });
  });
});

describe('options that cannot work', () => {
  test.each<[string, Record<string, unknown>]>([
    ['issuer', { issuer: 'http://auth.example' }],
    ['issuer', { issuer: 'auth.example' }],
    ['issuer', { issuer: undefined }],
    ['issuer', { issuer: 'https://user:pass@auth.example' }],
    ['issuer', { issuer: 'https://auth.example/?a=1' }],
    ['issuer', { issuer: 'ftp://localhost' }],
    ['issuer', { issuer: 'http://127.0.0.1.evil.example' }],
    ['jwksUrl', { jwksUrl: 'http://auth.example/jwks' }],
    ['resource', { resource: '' }],
    ['resource', { resource: ['res_1'] }],
    ['algorithms', { algorithms: [] }],
    ['algorithms', { algorithms: ['none'] }],
    ['algorithms', { algorithms: ['ES256', 'HS256'] }],
    ['algorithms', { algorithms: 'ES256' }],
    ['clockToleranceS', { clockToleranceS: -1 }],
    ['clockToleranceS', { clockToleranceS: 30_000 }],
    ['clockToleranceS', { clockToleranceS: Number.NaN }],
    ['maxLifetimeS', { maxLifetimeS: 301 }],
    ['jwksCacheMs', { jwksCacheMs: Number.POSITIVE_INFINITY }],
    ['jwksCooldownMs', { jwksCooldownMs: 0 }],
    ['jwksTimeoutMs', { jwksTimeoutMs: '5s' }],
  ])('%s: %j', async (option, options) => {
    const refusal = await refusalFrom(() => verifier(options));
    expect(refusal.code).toBe('OPTION_INVALID');
    expect(refusal.message).toContain(`"${option}"`);
  });
});

describe('the comparison of nonces', () => {
  test('says equal exactly for equal texts', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(fc.property(text, text, (a, b) => equalInConstantTime(a, b) === (a === b)));
    fc.assert(fc.property(text, (a) => equalInConstantTime(a, a) && !equalInConstantTime(a, `${a}x`)));
    fc.assert(fc.property(text, (a) => !equalInConstantTime(`${a}x`, a)));
  });
});
