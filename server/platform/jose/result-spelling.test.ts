import { RESULT_TYP, type ResultClaims } from '@countersign/protocol/result';
import { base64url, CompactSign, decodeJwt, decodeProtectedHeader, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { AUDIT_TYP } from '../../events/log/segment.ts';
import { createSigner } from './signer.ts';
import type { SigningKey } from './signing-key.ts';

const NOW = Date.UTC(2039, 5, 1);
const issuer = 'https://login.example.com';
const audience = 'res_0123456789a';
const claims: ResultClaims = {
  iss: issuer,
  aud: audience,
  sub: 'usr_0123456789a',
  preferred_username: 'alice',
  nonce: 'n-0S6_WzA2Mj0123',
  origin: 'https://shop.example',
  amr: ['pwd'],
  acr: '1',
  otp: 'not_used',
  auth_time: NOW / 1000,
  iat: NOW / 1000,
  exp: NOW / 1000 + 60,
  jti: 'flw_0123456789a',
};
const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
const key: SigningKey = {
  publicJwk: { kty: 'EC', crv: 'P-256', x: '', kid: 'one', alg: 'ES256', use: 'sig' },
  privateKey,
  publicKey,
  signsFromAt: 0,
};
const makeSigner = () => createSigner({ issuer, keys: [key], now: () => NOW });
const verify = (jwt: string) => makeSigner().verify(jwt, { audience, now: NOW });
const signText = (payload: string, header: object = {}) =>
  new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: RESULT_TYP, ...header })
    .sign(privateKey);

test.each([{ acr: '2' }, { otp: 'verified' }, { otp: 'skipped' }, {}] as const)(
  'accepts a result with %j',
  async (changes) => {
    const jwt = await makeSigner().sign({ ...claims, ...changes });
    expect(await verify(jwt)).toEqual({ ...claims, ...changes });
  },
);

// SR-9. The attack spells one result differently, so that two readers may see different content.
test('SR-9: a result with another spelling of the same content is refused, even with a valid signature', async () => {
  expect(await verify(await signText(JSON.stringify(claims)))).toEqual(claims);
  for (const payload of [
    JSON.stringify(claims, null, 1),
    JSON.stringify(claims).replace('{', '{"acr":"2",'),
    JSON.stringify(claims).replace('alice', '\\u0061lice'),
  ]) {
    expect(await verify(await signText(payload))).toBeUndefined();
  }
});

test('SR-9: changed spare bits of a signature are refused', async () => {
  const jwt = await makeSigner().sign(claims);
  const signature = jwt.slice(jwt.lastIndexOf('.') + 1);
  const twins = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
    .map((last) => signature.slice(0, -1) + last)
    .filter((text) => text !== signature && Buffer.from(text, 'base64url').equals(Buffer.from(signature, 'base64url')));
  expect(twins.length).toBeGreaterThan(2);
  for (const twin of twins) expect(await verify(jwt.replace(signature, twin))).toBeUndefined();
  expect(base64url.encode(base64url.decode(signature))).toBe(signature);
});

test.each(['https://[:::]', 'https://[1:2]', 'https://[::1', 'https://a.', 'https://[]'])(
  'refuses the origin %s, even if our key signed it',
  async (origin) => {
    expect(await verify(await signText(JSON.stringify({ ...claims, origin })))).toBeUndefined();
  },
);

test('keeps audit statements and results apart: same issuer and key, other type', async () => {
  const statement = { account: 'acc_00000000001' } as never;
  const jws = await makeSigner().signStatement(statement);
  expect(decodeProtectedHeader(jws)).toEqual({ alg: 'ES256', kid: 'one', typ: AUDIT_TYP });
  expect(decodeJwt(jws)).toEqual({ iss: issuer, account: 'acc_00000000001' });
  expect(await verify(jws)).toBeUndefined();
});
