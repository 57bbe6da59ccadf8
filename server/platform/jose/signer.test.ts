import { createHmac, generateKeyPairSync, sign as nodeSign } from 'node:crypto';
import type { ResultAlgorithm, ResultClaims } from '@countersign/protocol/result';
import fc from 'fast-check';
import {
  base64url,
  calculateJwkThumbprint,
  createLocalJWKSet,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTHeaderParameters,
  jwtVerify,
  SignJWT,
} from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PublicJwk, Signer } from '../../kernel/ports/signer.ts';
import { createSigner } from './signer.ts';
import type { SigningKey } from './signing-key.ts';

const NOW = Date.UTC(2039, 5, 1);
const nowS = NOW / 1000;
const issuer = 'https://login.example.com';
const audience = 'res_0123456789a';

const claims: ResultClaims = {
  iss: issuer,
  aud: audience,
  sub: 'usr_0123456789a',
  preferred_username: 'alice',
  nonce: 'n-0S6_WzA2Mj0123',
  origin: 'https://shop.example',
  amr: ['pwd', 'otp', 'mfa'],
  acr: '2',
  otp: 'verified',
  auth_time: nowS - 1,
  iat: nowS,
  exp: nowS + 60,
  jti: 'flw_0123456789a',
};

async function makeKey(alg: ResultAlgorithm, signsFromAt = 0): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const { kty = '', crv = '', x = '', y } = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicKey);
  const publicJwk: PublicJwk = { kty, crv, x, ...(y ? { y } : {}), kid, alg, use: 'sig' };
  return { publicJwk, privateKey, publicKey, signsFromAt };
}

let es256: SigningKey;
let eddsa: SigningKey;
let foreign: SigningKey;
/** Created in each test, so that a failure to create it fails that test. */
const signer: Pick<Signer, 'sign' | 'verify' | 'publicKeys'> = {
  sign: (given) => makeSigner().sign(given),
  verify: (jwt, expected) => makeSigner().verify(jwt, expected),
  publicKeys: () => makeSigner().publicKeys(),
};
const makeSigner = () => createSigner({ issuer, keys: [es256, eddsa], now: () => NOW });
beforeAll(async () => {
  [es256, eddsa, foreign] = await Promise.all([makeKey('ES256'), makeKey('EdDSA'), makeKey('ES256')]);
});

const encode = (value: unknown) => base64url.encode(JSON.stringify(value));
const header = (changes: Record<string, unknown> = {}) => ({
  alg: 'ES256',
  typ: 'countersign-result+jwt',
  kid: es256.publicJwk.kid,
  ...changes,
});
const without = <T extends object>(value: T, name: string) =>
  Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));

/** Signed with the real key, so only the change can be the reason for a refusal. */
function signed(payload: object, changes: Record<string, unknown> = {}, key: SigningKey = es256) {
  return new SignJWT({ ...payload })
    .setProtectedHeader(header(changes) as unknown as JWTHeaderParameters)
    .sign(key.privateKey, { crit: { exp: true, 'x-ours': true } });
}
const verify = (jwt: string, changes: { audience?: string; now?: number } = {}) =>
  signer.verify(jwt, { audience, now: NOW, ...changes });

describe('results', () => {
  test.each(['ES256', 'EdDSA'] as const)('signed with %s verify here and with the published keys', async (alg) => {
    const keys = alg === 'ES256' ? [es256, eddsa] : [eddsa, es256];
    const one = createSigner({ issuer, keys, now: () => NOW });
    const jwt = await one.sign(claims);
    expect(await one.verify(jwt, { audience, now: NOW })).toEqual(claims);
    const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet({ keys: one.publicKeys() }), {
      algorithms: [alg],
      issuer,
      audience,
      typ: 'countersign-result+jwt',
      currentDate: new Date(NOW),
    });
    expect(payload).toEqual(claims);
    expect(protectedHeader).toEqual({ alg, kid: keys[0]?.publicJwk.kid, typ: 'countersign-result+jwt' });
  });

  test.each([
    { txn: '0123456789abcdef'.repeat(4) },
    { amr: Array(8).fill('otp') },
    { amr: [] },
    { exp: nowS + 300 },
    { auth_time: nowS },
    ...[
      'http://localhost:8080',
      'https://[::1]:8443',
      'https://[2001:db8::1]',
      'https://127.0.0.1:1',
      'https://a-b.c_d.example:65535',
    ].map((origin) => ({ origin })),
  ])('with %j verify', async (changes) => {
    const jwt = await signer.sign({ ...claims, ...changes });
    expect(await verify(jwt)).toEqual({ ...claims, ...changes });
  });

  // SR-10. The attack passes the result of a test resource off as a real one, by its header or by its claims.
  test('of a test resource are marked in header and claims, or are refused', async () => {
    const tested = { ...claims, test: true as const };
    const typ = 'countersign-test-result+jwt';
    expect(await verify(await signer.sign(tested))).toEqual(tested);
    expect(await verify(await signed(tested, { typ }))).toEqual(tested);
    expect(await verify(await signed(claims, { typ }))).toBeUndefined();
    expect(await verify(await signed(tested))).toBeUndefined();
  });

  test('published keys contain no private key', () => {
    const keys = signer.publicKeys();
    expect(keys.map((key) => key.alg)).toEqual(['ES256', 'EdDSA']);
    for (const key of keys) expect(Object.keys(key)).not.toContain('d');
    expect(JSON.stringify(keys)).not.toContain('"d"');
  });

  // SR-58
  test('a future key is published and verifies while another signs', async () => {
    const next = await makeKey('ES256', NOW + 1000);
    let now = NOW;
    const one = createSigner({ issuer, keys: [next, es256], now: () => now });
    const kidOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()).kid;
    expect(one.publicKeys()).toHaveLength(2);
    expect(kidOf(await one.sign(claims))).toBe(es256.publicJwk.kid);
    now += 1000;
    expect(kidOf(await one.sign(claims))).toBe(next.publicJwk.kid);
  });

  // SR-58
  test('a key stops signing once a longer-lived one signs, and is neither published nor accepted after its end', async () => {
    const old = { ...es256, retiresAt: NOW + 1000 };
    let now = NOW;
    let keys: SigningKey[] = [old];
    const one = createSigner({ issuer, keys: () => keys, now: () => now });
    const jwt = await one.sign(claims);
    keys = [old, eddsa];
    const kids = () => one.publicKeys().map(({ kid }) => kid);
    expect(kids()).toEqual([old.publicJwk.kid, eddsa.publicJwk.kid]);
    expect(JSON.parse(Buffer.from((await one.sign(claims)).split('.')[0] ?? '', 'base64url').toString()).alg).toBe(
      'EdDSA',
    );
    expect(await one.verify(jwt, { audience, now: NOW })).toEqual(claims);
    now += 1000;
    expect(kids()).toEqual([eddsa.publicJwk.kid]);
    expect(await one.verify(jwt, { audience, now: NOW })).toBeUndefined();
    keys = [{ ...es256, signsFromAt: now + 1 }];
    await expect(one.sign(claims)).rejects.toThrow('no signing key may be used yet');
  });

  // SR-3
  test('a damaged key of ours is reported as our failure, not as a forged result', async () => {
    const damaged = createSigner({ issuer, keys: [{ ...es256, publicKey: {} as never }], now: () => NOW });
    await expect(damaged.verify(await signer.sign(claims), { audience, now: NOW })).rejects.toThrow(TypeError);
  });

  test('a signer without keys, or with a duplicate key, is refused', () => {
    const error = new TypeError('signing keys must be there, and distinct');
    expect(() => createSigner({ issuer, keys: [], now: () => NOW })).toThrow(error);
    expect(() => createSigner({ issuer, keys: [es256, es256], now: () => NOW })).toThrow(error);
  });

  test("another issuer's result is not signed", async () => {
    const error = new TypeError('a result is signed for its own issuer only');
    await expect(signer.sign({ ...claims, iss: 'https://evil.example' })).rejects.toThrow(error);
  });
});

// SR-9, SR-10
describe('a forged result is refused', () => {
  test('alg none, in every spelling, with or without a signature', async () => {
    const signature = (await signer.sign(claims)).split('.')[2];
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined]) {
      for (const tail of ['', signature]) {
        expect(await verify(`${encode(header({ alg }))}.${encode(claims)}.${tail}`)).toBeUndefined();
      }
    }
  });

  test('HMAC keyed with our public key, in every encoding', async () => {
    const spki = await exportSPKI(es256.publicKey);
    const raw = Buffer.from(es256.publicJwk.x, 'base64url');
    for (const secret of [spki, spki.trimEnd(), JSON.stringify(es256.publicJwk), raw, '']) {
      for (const [alg, digest] of [
        ['HS256', 'sha256'],
        ['HS512', 'sha512'],
        ['ES256', 'sha256'],
      ] as const) {
        const input = `${encode(header({ alg }))}.${encode(claims)}`;
        const mac = createHmac(digest, secret).update(input).digest('base64url');
        expect(await verify(`${input}.${mac}`)).toBeUndefined();
      }
    }
  });

  test("an algorithm other than the key's", async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const input = (alg: string) => `${encode(header({ alg }))}.${encode(claims)}`;
    for (const alg of ['RS256', 'PS256']) {
      const signature = nodeSign('sha256', Buffer.from(input(alg)), rsa.privateKey).toString('base64url');
      expect(await verify(`${input(alg)}.${signature}`)).toBeUndefined();
    }
    // Valid signatures of our keys, under the other key's name.
    const swapped = { alg: 'EdDSA', kid: es256.publicJwk.kid };
    expect(await verify(await signed(claims, swapped, eddsa))).toBeUndefined();
    expect(await verify(await signed(claims, { kid: eddsa.publicJwk.kid }))).toBeUndefined();
    expect(await verify(await signed(claims, { alg: 'Ed25519', kid: eddsa.publicJwk.kid }, eddsa))).toBeUndefined();
    expect(await verify(await signed(claims, { alg: 'EdDSA', kid: eddsa.publicJwk.kid }, eddsa))).toEqual(claims);
  });

  test('another key, under our kid, its own or none', async () => {
    expect(await verify(await signed(claims, {}, foreign))).toBeUndefined();
    for (const kid of [foreign.publicJwk.kid, '', 'constructor', '__proto__', '../../dev/null', undefined, 7, null]) {
      expect(await verify(await signed(claims, { kid }, foreign))).toBeUndefined();
      expect(await verify(await signed(claims, { kid }))).toBeUndefined();
    }
  });

  test('a key that the result carries or references', async () => {
    for (const extra of [
      { jwk: foreign.publicJwk },
      { jwk: es256.publicJwk },
      { jku: 'https://evil.example/jwks.json' },
      { x5u: 'https://evil.example/cert.pem' },
      { x5c: ['MIIB'] },
      { x5t: 'AAAA' },
    ]) {
      expect(await verify(await signed(claims, extra, foreign))).toBeUndefined();
      // Even if our own key signed it: no result of ours looks like that.
      expect(await verify(await signed(claims, extra))).toBeUndefined();
    }
  });

  test('unknown extensions, or those that change the signed content', async () => {
    expect(await verify(await signed(claims, { crit: ['exp'], exp: nowS + 60 }))).toBeUndefined();
    expect(await verify(await signed(claims, { crit: ['x-ours'], 'x-ours': 1 }))).toBeUndefined();
    for (const extra of [
      { b64: false, crit: ['b64'] },
      { crit: [] },
      { crit: 'exp' },
      { cty: 'JWT' },
      { zip: 'DEF' },
    ]) {
      const input = `${encode(header(extra))}.${encode(claims)}`;
      expect(await verify(`${input}.${(await signer.sign(claims)).split('.')[2]}`)).toBeUndefined();
    }
  });

  test.each(['JWT', 'jwt', 'at+jwt', 'application/countersign-result+jwt', 'COUNTERSIGN-RESULT+JWT', '', undefined, 1])(
    'typ %s',
    async (typ) => {
      expect(await verify(await signed(claims, { typ }))).toBeUndefined();
    },
  );

  test.each([
    ['another audience', { aud: 'res_other' }],
    ['ours among several audiences', { aud: [audience, 'res_other'] }],
    ['ours as a list', { aud: [audience] }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['an issuer with a slash more', { iss: `${issuer}/` }],
    ['an issuer list', { iss: [issuer] }],
    ['expiry long ago', { auth_time: nowS - 200, iat: nowS - 200, exp: nowS - 140 }],
    ['expiry as text', { exp: String(nowS + 60) }],
    ['expiry in a fraction', { exp: nowS + 0.5 }],
    ['expiry at the end of time', { exp: Number.MAX_VALUE }],
    ['expiry before issue', { iat: nowS + 20, exp: nowS + 10 }],
    ['issue in the future', { iat: nowS + 31, exp: nowS + 60 }],
    ['sign-in after issue', { auth_time: nowS + 1 }],
    ['not yet valid', { nbf: nowS + 60 }],
    ['a claim more', { admin: true }],
    ['an unknown acr', { acr: '3' }],
    ['acr as a number', { acr: 2 }],
    ['an unknown use of the OTP', { otp: 'maybe' }],
    ['amr as text', { amr: 'pwd' }],
    ['an empty subject', { sub: '' }],
    ['a subject object', { sub: { id: 1 } }],
    ['an empty nonce', { nonce: '' }],
    ['an empty jti', { jti: '' }],
  ])('%s, even if our key signed it', async (_, changes) => {
    expect(await verify(await signed({ ...claims, ...changes }))).toBeUndefined();
  });

  test.each<[string, object]>([
    ['a transaction in capitals', { txn: 'A'.repeat(64) }],
    ['a transaction that is too short', { txn: 'a'.repeat(63) }],
    ['a transaction that is too long', { txn: 'a'.repeat(65) }],
    ['a test that says no', { test: false }],
    ['more methods than there are', { amr: Array(9).fill('otp') }],
    ['a method without a name', { amr: [''] }],
    ['an empty login', { preferred_username: '' }],
    ['issue before 1970', { auth_time: -1 }],
    ['a life that is too long', { exp: nowS + 301 }],
    ['a life of nothing', { auth_time: nowS - 1, iat: nowS, exp: nowS }],
    ...[
      'https://shop.example/',
      'https://Shop.example',
      'https://shop.example:443',
      'https://shop.example:123456',
      'https://shop.example:8443x',
      'https://shop..example',
      'https://*.example',
      'https://',
      'https://127.1',
      'ftp://shop.example',
      'xhttps://shop.example',
      'null',
    ].map((origin): [string, object] => [`the origin ${origin}`, { origin }]),
  ])('%s, even if our key signed it', async (_, changes) => {
    expect(await verify(await signed({ ...claims, ...changes }))).toBeUndefined();
  });

  test.each(Object.keys(claims))('%s missing, even if our key signed it', async (name) => {
    expect(await verify(await signed(without(claims, name)))).toBeUndefined();
  });

  test('a result is valid only for its audience', async () => {
    const jwt = await signer.sign(claims);
    expect(await verify(jwt, { audience: 'res_other' })).toBeUndefined();
    expect(await verify(jwt, { audience: '' })).toBeUndefined();
  });

  test('expiry has 30 seconds of tolerance and no more', async () => {
    const jwt = await signer.sign(claims);
    expect(await verify(jwt, { now: (nowS + 60 + 29) * 1000 })).toEqual(claims);
    expect(await verify(jwt, { now: (nowS + 60 + 30) * 1000 })).toBeUndefined();
    expect(await verify(jwt, { now: (nowS - 30) * 1000 })).toEqual(claims);
    expect(await verify(jwt, { now: (nowS - 31) * 1000 })).toBeUndefined();
  });

  test('text that is not a JWT, or too long', async () => {
    const jwt = await signer.sign(claims);
    const [head = '', body = '', signature = ''] = jwt.split('.');
    for (const text of [
      '',
      '.',
      '..',
      'a.b',
      'a.b.c',
      `${jwt}.`,
      `${jwt}.x`,
      `.${jwt}`,
      `${head}..${signature}`,
      `${head}.${body}.`,
      `${encode(null)}.${body}.${signature}`,
      `${encode([])}.${body}.${signature}`,
      `${head}.${encode('text')}.${signature}`,
      JSON.stringify({ protected: head, payload: body, signature }),
      'x'.repeat(10_000_000),
      await signed({ ...claims, preferred_username: 'x'.repeat(8000) }),
    ]) {
      expect(await verify(text)).toBeUndefined();
    }
  });

  test('any one changed bit', async () => {
    const jwt = await signer.sign(claims);
    const bytes = Buffer.from(jwt, 'latin1');
    const [head = '', body = '', signature = ''] = jwt
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('hex'));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        const text = changed.toString('latin1');
        // The last letters of base64url have unused bits, so another text can be the same JWT.
        const same = text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
        fc.pre(same.join() !== [head, body, signature].join() || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text));
        expect(await verify(text)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});
