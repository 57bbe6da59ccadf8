import { createHash, createHmac } from 'node:crypto';

/**
 * ECDSA over P-256 with SHA-256 and the nonce derived from key and message (RFC 6979), so that the same vectors come out
 * each time. For test vectors alone: it is not constant-time, and its keys are public.
 */
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
export const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const G: Point = {
  x: BigInt('0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296'),
  y: BigInt('0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5'),
};

interface Point {
  x: bigint;
  y: bigint;
}

/** The signature as JWS has it: r and s, 32 bytes each (RFC 7518 3.4). */
export function signEs256(privateKey: Uint8Array, message: Uint8Array): Uint8Array {
  const digest = createHash('sha256').update(message).digest();
  const d = toNumber(privateKey);
  const z = toNumber(digest);
  const k = deriveNonce(privateKey, digest);
  const r = modulo(multiply(k, G).x, ORDER);
  const s = modulo(inverse(k, ORDER) * (z + r * d), ORDER);
  return joinSignature(r, s);
}

export function joinSignature(r: bigint, s: bigint): Uint8Array {
  return Buffer.concat([toBytes(r), toBytes(s)]);
}

export function splitSignature(signature: Uint8Array): { r: bigint; s: bigint } {
  return { r: toNumber(signature.subarray(0, 32)), s: toNumber(signature.subarray(32)) };
}

/** RFC 6979 3.2. That a candidate is out of range has a chance of 2^-32, and then the vectors need another message. */
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

function multiply(factor: bigint, point: Point): Point {
  let sum: Point | undefined;
  let addend = point;
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = sum ? add(sum, addend) : addend;
    addend = add(addend, addend);
  }
  if (!sum) throw new Error('Zero has no point.');
  return sum;
}

function add(a: Point, b: Point): Point {
  const slope =
    a.x === b.x ? (3n * a.x * a.x - 3n) * inverse(2n * a.y, P) : (b.y - a.y) * inverse(modulo(b.x - a.x, P), P);
  const x = modulo(slope * slope - a.x - b.x, P);
  return { x, y: modulo(slope * (a.x - x) - a.y, P) };
}

/** Extended Euclid. */
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
