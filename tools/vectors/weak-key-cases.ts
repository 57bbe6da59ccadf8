import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { encode, forge, signWith, TEST_KEYS } from './forge.ts';
import { CLAIMS, EDDSA_HEADER, type VectorCase } from './vector-case.ts';

/** The order of the group that Ed25519 signs in (RFC 8032 5.1). */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const LAST = 31;

/** The y of each point whose order divides 8, little-endian, and the other spellings (y + p) that fit into 255 bits. */
const SMALL_ORDER_YS = [
  ['order 1', `01${'00'.repeat(31)}`],
  ['order 2', `ec${'ff'.repeat(30)}7f`],
  ['order 4', '00'.repeat(32)],
  ['order 8', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
  ['order 8, the other', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
  ['order 1, as y + p', `ee${'ff'.repeat(30)}7f`],
  ['order 4, as y + p', `ed${'ff'.repeat(30)}7f`],
] as const;

interface WeakKey {
  about: string;
  jwk: JsonWebKey & { kid: string };
}

const SMALL_ORDER_KEYS = SMALL_ORDER_YS.flatMap(([about, hex]) => {
  const [plain, negative] = [Buffer.from(hex, 'hex'), Buffer.from(hex, 'hex')];
  negative[LAST] = (negative[LAST] ?? 0) | 0x80;
  return [
    [about, plain],
    [`${about}, sign set`, negative],
  ] as const;
}).map(([about, point], at) => weakKey(about, point, at));

/** Of full order, so no signature can be forged for it; RFC 8032 5.1.3 still refuses the encoding. */
const NON_CANONICAL_KEY = weakKey('full order, as y + p', Buffer.from(`f0${'ff'.repeat(30)}7f`, 'hex'), 14);

/** Published beside the others; no verifier may use one. */
export const WEAK_KEYS: readonly JsonWebKey[] = [...SMALL_ORDER_KEYS, NON_CANONICAL_KEY].map(({ jwk }) => jwk);

function weakKey(about: string, point: Uint8Array, at: number): WeakKey {
  const jwk = { crv: 'Ed25519', x: encode(point), kty: 'OKP', kid: `test-weak-${at + 1}`, alg: 'EdDSA', use: 'sig' };
  return { about, jwk };
}

/** Anyone can sign for a key of small order: one known signature is valid for every text, or for one in eight. */
export function weakKeyCases(): VectorCase[] {
  return [
    ...SMALL_ORDER_KEYS.map(({ about, jwk }) => ({
      name: `EdDSA by a published key of small order: ${about}`,
      why: 'The signature is right by the equation of RFC 8032 5.1.7, and was made without any private key.',
      jwt: forgedUnder(jwk),
      expect: 'RESULT_KEY_UNKNOWN',
    })),
    {
      name: `EdDSA by a published key of ${NON_CANONICAL_KEY.about}`,
      jwt: forge({ ...EDDSA_HEADER, kid: NON_CANONICAL_KEY.jwk.kid }, CLAIMS, signWith('eddsa')),
      expect: 'RESULT_KEY_UNKNOWN',
    },
  ];
}

/** False from OpenSSL 3.5 (Node 24): it refuses keys of small order, so no forgery can be found with it. */
export function canForgeWeakKeys(): boolean {
  const [weakest] = SMALL_ORDER_KEYS;
  const key = weakest && createPublicKey({ key: weakest.jwk, format: 'jwk' });
  return key !== undefined && verify(null, Buffer.alloc(0), key, withoutKey());
}

/** Tries texts until the fixed signature (R = S·B) fits one, which takes as many attempts as the key's order. */
function forgedUnder(jwk: WeakKey['jwk']): string {
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const signature = withoutKey();
  for (let attempt = 0; attempt < 1000; attempt++) {
    let isRight = false;
    const jwt = forge({ ...EDDSA_HEADER, kid: jwk.kid }, { ...CLAIMS, attempt }, (input) => {
      isRight = verify(null, input, key, signature);
      return signature;
    });
    if (isRight) return jwt;
  }
  throw new Error(`No signature fits under ${jwk.kid}: write the vectors with Node 20 or 22.`);
}

/** R and S with R = S·B: the multiple of B that is a test key's public half, and its factor. */
function withoutKey(): Uint8Array {
  const { d, x } = TEST_KEYS.eddsa;
  const bytes = createHash('sha512').update(Buffer.from(d, 'base64url')).digest().subarray(0, 32);
  bytes[0] = (bytes[0] ?? 0) & 248;
  bytes[LAST] = ((bytes[LAST] ?? 0) & 63) | 64;
  const factor = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) % ORDER;
  const s = Buffer.from(factor.toString(16).padStart(64, '0'), 'hex').reverse();
  return Buffer.concat([Buffer.from(x ?? '', 'base64url'), s]);
}
