import { CLAIMS, NONCE, NOW, RESOURCE, result, type VectorCase, withClaims } from './vector-case.ts';

/** Correctly signed, but for another audience or time, or with unusable claims. */
export function claimCases(): VectorCase[] {
  return [...bindingCases(), ...timeCases(), ...userCases(), ...acceptedClaims()];
}

/** For another service, resource or session. */
function bindingCases(): VectorCase[] {
  return [
    ...wrongValues('iss', 'RESULT_ISSUER_WRONG', [
      'https://evil.example',
      'https://auth.example/',
      'https://auth.example.evil.example',
      'http://auth.example',
      'HTTPS://AUTH.EXAMPLE',
      'auth.example',
      ['https://auth.example'],
      { url: 'https://auth.example' },
      1,
    ]),
    ...wrongValues('aud', 'RESULT_AUDIENCE_WRONG', [
      'res_3zzzzzzzzzz',
      [RESOURCE],
      [RESOURCE, 'res_3zzzzzzzzzz'],
      [],
      RESOURCE.toUpperCase(),
      `${RESOURCE} `,
      '*',
      { 0: RESOURCE },
      1,
    ]),
    ...wrongValues('nonce', 'RESULT_NONCE_WRONG', [
      'another-nonce-0123456789',
      [NONCE],
      [],
      { value: NONCE },
      NONCE.toUpperCase(),
      NONCE.slice(0, -1),
      `${NONCE}0`,
      `${NONCE}\0`,
      ` ${NONCE}`,
      0,
      true,
    ]),
    {
      name: 'nonce inherited from __proto__',
      jwt: result({
        payload: `{"__proto__":{"nonce":"${NONCE}"},${JSON.stringify({ ...CLAIMS, nonce: undefined }).slice(1)}`,
      }),
      expect: 'RESULT_NONCE_WRONG',
    },
    {
      name: 'no nonce expected, none in the result',
      why: 'A visitor whose session has lost its nonce must not match.',
      jwt: withClaims({ nonce: undefined }),
      expect: 'RESULT_NONCE_WRONG',
      options: { nonce: null },
    },
    {
      name: 'empty nonce expected, empty nonce in the result',
      jwt: withClaims({ nonce: '' }),
      expect: 'RESULT_NONCE_WRONG',
      options: { nonce: '' },
    },
    {
      name: 'guessable nonce expected and given',
      why: 'The service takes none below 16 characters.',
      jwt: withClaims({ nonce: '1' }),
      expect: 'RESULT_NONCE_WRONG',
      options: { nonce: '1' },
    },
  ];
}

/** Claims of the user and of the sign-in that are wrong. */
function userCases(): VectorCase[] {
  return [
    ...wrongValues('sub', 'RESULT_CLAIMS_INVALID', [1, ['usr_2v6m0c4x9ta'], {}]),
    ...wrongValues('preferred_username', 'RESULT_CLAIMS_INVALID', [1, ['mira']]),
    ...wrongValues('jti', 'RESULT_CLAIMS_INVALID', [1, ['flw_0h7r3k5n8wq']]),
    ...wrongValues('origin', 'RESULT_CLAIMS_INVALID', [
      'null',
      '*',
      'https://*',
      'shop.example',
      'https://shop.example/',
      'https://shop.example/path',
      'https://SHOP.example',
      'https://shop.example:443',
      'https://user@shop.example',
      'javascript:alert(1)',
      'https://shop.example\n',
      'https://shop.example:65536',
      'http://shop.example:80',
      'https://shop.example:08443',
      'https://shop.example:',
      'https://shöp.example',
      ['https://shop.example'],
      1,
    ]),
    ...wrongValues('amr', 'RESULT_CLAIMS_INVALID', ['pwd', [1], [''], [['pwd']], { 0: 'pwd' }, 1]),
    ...wrongValues('acr', 'RESULT_CLAIMS_INVALID', ['0', '3', 2, ['2'], true]),
    ...wrongValues('otp', 'RESULT_CLAIMS_INVALID', ['VERIFIED', 'yes', true, 1, ['verified']]),
    ...['email', 'name', 'external_id'].flatMap((claim) => wrongIfPresent(claim, ['', 1, ['mira'], {}])),
    ...wrongIfPresent('password_breached', [false, 'true', 1, []]),
    ...wrongIfPresent('app', [false, 'true', 1, [], 'com.example.shop:/signed-in']),
  ];
}

/** Claims that are unusual, and right. */
function acceptedClaims(): VectorCase[] {
  return [
    { name: 'a breached password', jwt: withClaims({ password_breached: true }), expect: 'accept' },
    ...['metadata', 'hook'].flatMap((claim) => wrongIfPresent(claim, ['', 'gold', [], ['gold'], {}])),
    { name: 'what the hook added', jwt: withClaims({ hook: { tier: 'gold', sub: 'usr_0' } }), expect: 'accept' },
    {
      name: 'what the resource asks for of the user',
      jwt: withClaims({
        email: 'mira@shop.example',
        name: 'Mira Ölander',
        external_id: 'customer-1042',
        metadata: { plan: 'gold', seats: 3, trial: false, regions: ['eu'], address: { city: 'Kyïv' }, sub: 'usr_0' },
      }),
      expect: 'accept',
    },
    { name: 'amr empty', jwt: withClaims({ amr: [], acr: '1', otp: 'skipped' }), expect: 'accept' },
    {
      name: 'password in a trusted browser',
      jwt: withClaims({ amr: ['pwd'], acr: '1', otp: 'remembered' }),
      expect: 'accept',
    },
    {
      name: 'password alone',
      jwt: withClaims({ amr: ['pwd'], acr: '1', otp: 'not_used' }),
      expect: 'accept',
    },
    {
      name: 'origin at an address of IPv4 in IPv6, as browsers write it',
      jwt: withClaims({ origin: 'https://[::ffff:102:304]' }),
      expect: 'accept',
    },
    ...['https://[::ffff:1.2.3.4]', 'https://1.2.3.4.'].map((origin) => ({
      name: `origin at an address as no browser writes it, ${origin}`,
      jwt: withClaims({ origin }),
      expect: 'RESULT_CLAIMS_INVALID',
    })),
    { name: 'origin at an address of IPv6', jwt: withClaims({ origin: 'http://[::1]:8080' }), expect: 'accept' },
    { name: 'origin with a port', jwt: withClaims({ origin: 'http://localhost:8080' }), expect: 'accept' },
    { name: 'a claim that nobody knows', jwt: withClaims({ tier: 'gold' }), expect: 'accept' },
  ];
}

/** Null is wrong for every claim that may be missing. */
function wrongIfPresent(claim: string, values: unknown[]): VectorCase[] {
  return [null, ...values].map((value) => ({
    name: `${claim} ${JSON.stringify(value)}`,
    jwt: withClaims({ [claim]: value }),
    expect: 'RESULT_CLAIMS_INVALID',
  }));
}

/** Missing, null and empty are wrong for every claim. */
function wrongValues(claim: string, expect: string, values: unknown[]): VectorCase[] {
  return [undefined, null, '', ...values].map((value) => ({
    name: `${claim} ${JSON.stringify(value) ?? 'missing'}`,
    jwt: withClaims({ [claim]: value }),
    expect,
  }));
}

function timeCases(): VectorCase[] {
  const at = (name: string, changes: Record<string, unknown>, expect: string): VectorCase => ({
    name,
    jwt: withClaims(changes),
    expect,
  });
  const raw = (name: string, claim: 'exp' | 'iat', text: string, expect: string): VectorCase => ({
    name,
    jwt: result({ payload: JSON.stringify(CLAIMS).replace(`"${claim}":${CLAIMS[claim]}`, `"${claim}":${text}`) }),
    expect,
  });
  const wrongTypes = ['exp', 'iat', 'auth_time'].flatMap((claim) =>
    wrongValues(claim, 'RESULT_CLAIMS_INVALID', [`${NOW}`, NOW + 0.5, -1, [NOW], true, '2027-01-15T08:00:00Z']),
  );
  return [
    ...wrongTypes,
    raw('exp 1e400', 'exp', '1e400', 'RESULT_CLAIMS_INVALID'),
    raw('exp 1e30', 'exp', '1e30', 'RESULT_CLAIMS_INVALID'),
    raw('exp beyond exact integers', 'exp', '9007199254740993', 'RESULT_CLAIMS_INVALID'),
    at('expired an hour ago', { auth_time: NOW - 3661, iat: NOW - 3660, exp: NOW - 3600 }, 'RESULT_EXPIRED'),
    at('expired exactly the tolerance ago', { auth_time: NOW - 90, iat: NOW - 90, exp: NOW - 30 }, 'RESULT_EXPIRED'),
    at('expired just within the tolerance', { auth_time: NOW - 89, iat: NOW - 89, exp: NOW - 29 }, 'accept'),
    at('issued in an hour', { iat: NOW + 3600, exp: NOW + 3660 }, 'RESULT_NOT_YET_VALID'),
    at('issued just beyond the tolerance', { iat: NOW + 31, exp: NOW + 91 }, 'RESULT_NOT_YET_VALID'),
    at('issued just within the tolerance', { iat: NOW + 30, exp: NOW + 90 }, 'accept'),
    at('nbf in an hour', { nbf: NOW + 3600 }, 'RESULT_NOT_YET_VALID'),
    at('nbf past', { nbf: NOW - 5 }, 'accept'),
    at('nbf a string', { nbf: `${NOW}` }, 'RESULT_CLAIMS_INVALID'),
    at('times in milliseconds', { iat: NOW * 1000, exp: (NOW + 60) * 1000 }, 'RESULT_LIFETIME_WRONG'),
    at('lives a year', { exp: NOW + 31_536_000 }, 'RESULT_LIFETIME_WRONG'),
    at('lives a second too long', { iat: NOW, exp: NOW + 301 }, 'RESULT_LIFETIME_WRONG'),
    at('lives as long as any may', { iat: NOW, exp: NOW + 300 }, 'accept'),
    at('ends as it begins', { iat: NOW, exp: NOW }, 'RESULT_LIFETIME_WRONG'),
    at('ends before it begins', { iat: NOW + 10, exp: NOW + 5 }, 'RESULT_LIFETIME_WRONG'),
    at('reports a sign-in that is yet to come', { auth_time: NOW + 3600 }, 'RESULT_CLAIMS_INVALID'),
    {
      name: 'after 2038',
      jwt: withClaims({ auth_time: 2_200_000_000, iat: 2_200_000_000, exp: 2_200_000_060 }),
      expect: 'accept',
      options: { now: 2_200_000_010 },
    },
  ];
}
