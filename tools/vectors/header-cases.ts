import { forge, publicJwk, signWith, TEST_KEYS } from './forge.ts';
import { CLAIMS, HEADER, result, type VectorCase, withHeader } from './vector-case.ts';

const attacker = TEST_KEYS.attackerEs256;

/** Header members other than the algorithm. */
export function headerCases(): VectorCase[] {
  return [...broughtKeys(), ...parameterCases(), ...wrongTypes(), ...unreadableHeaders()];
}

/** A key that comes with the result. */
function broughtKeys(): VectorCase[] {
  const bringsKey = (name: string, header: Record<string, unknown>): VectorCase => ({
    name,
    jwt: forge({ ...HEADER, ...header }, CLAIMS, signWith('attackerEs256')),
    expect: 'RESULT_HEADER_REFUSED',
  });
  return [
    bringsKey('jwk: a key of its own', { jwk: publicJwk(attacker) }),
    bringsKey('jwk: a key of its own under an unknown kid', { kid: 'attacker', jwk: publicJwk(attacker) }),
    bringsKey('jku: a key set of its own', { jku: 'https://evil.example/jwks.json' }),
    bringsKey('jku: a key set that seems to be the service’s', {
      jku: 'https://auth.example@evil.example/.well-known/jwks.json',
    }),
    bringsKey('x5u: a certificate of its own', { x5u: 'https://evil.example/cert.pem' }),
    bringsKey('x5c: a certificate of its own', { x5c: ['MIIB'] }),
    bringsKey('x5t: a certificate’s thumbprint', { x5t: 'AAAA' }),
    bringsKey('x5t#S256: a certificate’s thumbprint', { 'x5t#S256': 'AAAA' }),
    {
      name: 'jwk: the service’s own key, rightly signed',
      why: 'Even then: a verifier that reads keys from tokens is one mistake from trusting them.',
      jwt: withHeader({ jwk: publicJwk(TEST_KEYS.es256) }),
      expect: 'RESULT_HEADER_REFUSED',
    },
    { name: 'jku null', jwt: withHeader({ jku: null }), expect: 'RESULT_HEADER_REFUSED' },
  ];
}

/** Parameters that change how the result is to be read. */
function parameterCases(): VectorCase[] {
  return [
    {
      name: 'crit naming an extension',
      jwt: withHeader({ crit: ['exp'], exp: 1 }),
      expect: 'RESULT_HEADER_REFUSED',
    },
    { name: 'crit empty', jwt: withHeader({ crit: [] }), expect: 'RESULT_HEADER_REFUSED' },
    {
      name: 'crit b64: payload not encoded',
      jwt: withHeader({ crit: ['b64'], b64: false }),
      expect: 'RESULT_HEADER_REFUSED',
    },
    { name: 'b64 true without crit', jwt: withHeader({ b64: true }), expect: 'RESULT_HEADER_REFUSED' },
    { name: 'zip', jwt: withHeader({ zip: 'DEF' }), expect: 'RESULT_HEADER_REFUSED' },
    { name: 'enc', jwt: withHeader({ enc: 'A256GCM' }), expect: 'RESULT_HEADER_REFUSED' },
    { name: 'cty JWT: a token in a token', jwt: withHeader({ cty: 'JWT' }), expect: 'RESULT_HEADER_REFUSED' },
    {
      name: 'a header parameter that nobody knows',
      why: 'RFC 7515 4: to be ignored, so that the service can add one.',
      jwt: withHeader({ note: 'hello' }),
      expect: 'accept',
    },
  ];
}

/** Another type of token, or another key. */
function wrongTypes(): VectorCase[] {
  return [
    ...[
      undefined,
      'JWT',
      'jwt',
      'at+jwt',
      'logout+jwt',
      '',
      null,
      'application/countersign-result+jwt',
      'Countersign-Result+JWT',
      'countersign-result+jwt ',
      ['countersign-result+jwt'],
    ].map((typ) => ({
      name: `typ ${JSON.stringify(typ) ?? 'missing'}`,
      jwt: withHeader({ typ }),
      expect: 'RESULT_TYP_WRONG',
    })),
    ...[
      undefined,
      null,
      '',
      'unknown',
      'TEST-ES256-1',
      'test-es256-1 ',
      '__proto__',
      'constructor',
      '../../../dev/null',
      0,
      true,
      ['test-es256-1'],
      { kid: 'test-es256-1' },
    ].map((kid) => ({
      name: `kid ${JSON.stringify(kid) ?? 'missing'}`,
      jwt: withHeader({ kid }),
      expect: 'RESULT_KEY_UNKNOWN',
    })),
  ];
}

/** Headers that are not one JSON object, or name a member twice. */
function unreadableHeaders(): VectorCase[] {
  return [
    ...['[]', '"ES256"', 'null', '1', '', '{', '{}{}', `${JSON.stringify(HEADER)} x`].map((header) => ({
      name: `header is ${header === '' ? 'empty' : header.slice(0, 8)}${header.length > 8 ? '... and more' : ''}`,
      jwt: result({ header }),
      expect: 'RESULT_MALFORMED',
    })),
    {
      name: 'header names alg twice, the good one last',
      jwt: result({ header: `{"alg":"none",${JSON.stringify(HEADER).slice(1)}` }),
      expect: 'RESULT_MALFORMED',
    },
    {
      name: 'header names alg twice, the good one first',
      jwt: result({ header: `${JSON.stringify(HEADER).slice(0, -1)},"alg":"none"}` }),
      expect: 'RESULT_MALFORMED',
    },
    {
      name: 'header names kid twice, once escaped',
      jwt: result({ header: `${JSON.stringify(HEADER).slice(0, -1)},"\\u006bid":"test-es256-2"}` }),
      expect: 'RESULT_MALFORMED',
    },
  ];
}
