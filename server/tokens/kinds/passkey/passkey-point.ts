/** p of the field of Ed25519 (RFC 8032 5.1). */
const PRIME = 2n ** 255n - 19n;
/** The y of every point whose order divides 8. */
const SMALL_ORDER_YS: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  PRIME - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
]);

/**
 * Whether a signature can be trusted under this point of Ed25519. Under a point of small order one signature is valid
 * for every text, or for one in eight, and OpenSSL does not check; a y that is not below p is a second spelling (RFC
 * 8032 5.1.3).
 */
export function isSafeEd25519Point(encoded: Uint8Array): boolean {
  if (encoded.length !== 32) return false;
  const bigEndian = Buffer.from(encoded).reverse();
  const y = BigInt.asUintN(255, BigInt(`0x${bigEndian.toString('hex')}`));
  return y < PRIME && !SMALL_ORDER_YS.has(y);
}

/** Below this, factoring is feasible (RFC 8230 section 2). */
const MIN_RSA_BITS = 2048n;
/** The exponent that authenticators use. With 1 the signature is the padded hash itself, which needs no private key. */
const RSA_EXPONENT = 65_537n;

/** Whether signatures can be trusted under an RSA key: OpenSSL accepts an exponent of 1 and 512 bits. */
function isSafeRsaKey(n: Uint8Array, e: Uint8Array): boolean {
  const numberOf = (bytes: Uint8Array) => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
  return numberOf(e) === RSA_EXPONENT && numberOf(n) >> (MIN_RSA_BITS - 1n) > 0n;
}

/** Whether signatures can be trusted under a passkey's key (COSE, RFC 9053 and 8230). */
export async function isSafePasskey(publicKey: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const { cose, decodeCredentialPublicKey } = await import('@simplewebauthn/server/helpers');
  const key = decodeCredentialPublicKey(publicKey);
  const none = new Uint8Array();
  if (cose.isCOSEPublicKeyRSA(key)) {
    return isSafeRsaKey(key.get(cose.COSEKEYS.n) ?? none, key.get(cose.COSEKEYS.e) ?? none);
  }
  return !cose.isCOSEPublicKeyOKP(key) || isSafeEd25519Point(key.get(cose.COSEKEYS.x) ?? none);
}
