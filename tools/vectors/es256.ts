import { createECDH, createHash, createHmac } from 'node:crypto';

export const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/**
 * ECDSA over P-256 with SHA-256 and a nonce derived from key and message (RFC 6979), so that the vectors are
 * deterministic. Only for test vectors: it is not constant-time, and its keys are public. The signature is as in JWS: r
 * and s, 32 bytes each (RFC 7518 3.4).
 */
export function signEs256(privateKey: Uint8Array, message: Uint8Array): Uint8Array {
  const digest = createHash('sha256').update(message).digest();
  const d = toNumber(privateKey);
  const z = toNumber(digest);
  const k = deriveNonce(privateKey, digest);
  const r = modulo(xOfPoint(k), ORDER);
  const s = modulo(inverse(k, ORDER) * (z + r * d), ORDER);
  return joinSignature(r, s);
}

export function joinSignature(r: bigint, s: bigint): Uint8Array {
  return Buffer.concat([toBytes(r), toBytes(s)]);
}

export function splitSignature(signature: Uint8Array): { r: bigint; s: bigint } {
  return { r: toNumber(signature.subarray(0, 32)), s: toNumber(signature.subarray(32)) };
}

/** RFC 6979 3.2. A candidate is out of range with a chance of 2^-32; then the vectors need another message. */
function deriveNonce(privateKey: Uint8Array, digest: Uint8Array): bigint {
  const seed = Buffer.concat([privateKey, toBytes(modulo(toNumber(digest), ORDER))]);
  const hmac = (key: Uint8Array, ...parts: Uint8Array[]) =>
    createHmac('sha256', key).update(Buffer.concat(parts)).digest();
  let key: Uint8Array = Buffer.alloc(32, 0);
  let value: Uint8Array = Buffer.alloc(32, 1);
  for (const round of [0, 1]) {
    key = hmac(key, value, Uint8Array.of(round), seed);
    value = hmac(key, value);
  }
  const candidate = toNumber(hmac(key, value));
  if (candidate === 0n || candidate >= ORDER) throw new Error('Sign another message.');
  return candidate;
}

/** The x of that multiple of the base point: the first half of the public key of that private key. */
function xOfPoint(factor: bigint): bigint {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(toBytes(factor));
  return toNumber(pair.getPublicKey(null, 'uncompressed').subarray(1, 33));
}

/** The extended Euclidean algorithm. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [modulo(value, modulus), modulus];
  let [x, y] = [1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return modulo(x, modulus);
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function toBytes(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}
