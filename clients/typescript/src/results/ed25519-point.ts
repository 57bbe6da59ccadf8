import { base64url } from 'jose';

/** The y of every point whose order divides 8 (RFC 8032 5.1), little-endian and without the sign of x. */
const SMALL_ORDER_YS = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);
/** p = 2^255 - 19 and above: a second spelling of a small y, which RFC 8032 5.1.3 refuses. */
const NOT_REDUCED = /^(?:e[d-f]|f[0-9a-f])(?:ff){30}7f$/;

/**
 * Whether this encodes a point that a signature can be trusted under. Under a point of small order one signature is right
 * for every text, or for one in eight, and WebCrypto does not look.
 */
export function isSafeEd25519Point(x: string): boolean {
  const bytes = base64url.decode(x);
  const last = bytes[31];
  if (bytes.length !== 32 || last === undefined) return false;
  bytes[31] = last & 0x7f;
  const y = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return !SMALL_ORDER_YS.has(y) && !NOT_REDUCED.test(y);
}
