import { createHmac, createPrivateKey, createPublicKey, type JsonWebKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { signEs256 } from './es256.ts';

const KEYS_FILE = new URL('../../shared/vectors/test-keys.json', import.meta.url);

export type TestKeyName =
  | 'es256'
  | 'es256Next'
  | 'eddsa'
  | 'rs256'
  | 'withoutAlg'
  | 'forEncryption'
  | 'attackerEs256'
  | 'attackerEddsa';
type TestKey = JsonWebKey & { kid: string; d: string };

export const TEST_KEYS: Record<TestKeyName, TestKey> = JSON.parse(readFileSync(KEYS_FILE, 'utf8')).keys;

/** Without the private members. */
export function publicJwk(key: TestKey): JsonWebKey {
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...rest } = key;
  return rest;
}

export function publicPem(key: TestKey): string {
  return createPublicKey({ key: publicJwk(key), format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();
}

export type SignatureMaker = (signingInput: Uint8Array) => Uint8Array;

/** Signs as the key's type does, regardless of the header. */
export function signWith(name: TestKeyName): SignatureMaker {
  const key = TEST_KEYS[name];
  if (key.kty === 'EC') return (input) => signEs256(Buffer.from(key.d, 'base64url'), input);
  const privateKey = createPrivateKey({ key, format: 'jwk' });
  return (input) => sign(key.kty === 'RSA' ? 'sha256' : null, input, privateKey);
}

export function hmacWith(secret: string): SignatureMaker {
  return (input) => createHmac('sha256', secret).update(input).digest();
}

/** Objects become JSON; text and bytes are unchanged, so that a part can also be invalid JSON. */
export type Part = object | string | Uint8Array;

export function forge(header: Part, payload: Part, makeSignature: SignatureMaker): string {
  const signingInput = `${encode(header)}.${encode(payload)}`;
  return `${signingInput}.${encode(makeSignature(Buffer.from(signingInput)))}`;
}

export function encode(part: Part): string {
  if (part instanceof Uint8Array) return Buffer.from(part).toString('base64url');
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}
