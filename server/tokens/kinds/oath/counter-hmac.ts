import { createHmac, createSecretKey } from 'node:crypto';
import type { OtpAlgorithm } from '../../token.ts';

/** The five words of the state (FIPS 180-4 section 6.1.2), as signed 32-bit integers. */
interface State {
  a: number;
  b: number;
  c: number;
  d: number;
  e: number;
}

const BLOCK_WORDS = 16;
const DIGEST_WORDS = 5;
const COUNTER_WORDS = 2;
const INITIAL: State = {
  a: 0x67452301,
  b: 0xefcdab89 | 0,
  c: 0x98badcfe | 0,
  d: 0x10325476,
  e: 0xc3d2e1f0 | 0,
};

/** A block of the message, and the words derived from it. Shared by all calls, which are synchronous. */
const schedule = new Int32Array(80);

/**
 * The HMACs of 8-byte counters under a secret, which is prepared once.
 *
 * @param secret at most 64 bytes
 */
export function prepareHmac(algorithm: OtpAlgorithm, secret: Uint8Array): (counter: number) => Uint8Array {
  if (algorithm === 'SHA1') return hmacSha1(secret);
  const hash = algorithm === 'SHA256' ? 'sha256' : 'sha512';
  const key = createSecretKey(secret);
  return (counter) => {
    const movingFactor = Buffer.alloc(8);
    movingFactor.writeUInt32BE(Math.floor(counter / 2 ** 32), 0);
    movingFactor.writeUInt32BE(counter % 2 ** 32, 4);
    return createHmac(hash, key).update(movingFactor).digest();
  };
}

/**
 * HMAC-SHA-1 (RFC 2104), two compressions for each counter. With Node's `createHmac` most of the time goes to the
 * objects around them, and nearly all tokens use SHA-1.
 *
 * Neither a branch nor an index depends on the secret.
 */
function hmacSha1(secret: Uint8Array): (counter: number) => Uint8Array {
  const inner = keyed(secret, 0x36363636);
  const outer = keyed(secret, 0x5c5c5c5c);
  return (counter) => {
    schedule[0] = Math.floor(counter / 2 ** 32);
    schedule[1] = counter % 2 ** 32;
    pad(COUNTER_WORDS);
    const digest = compress(inner);
    schedule[0] = digest.a;
    schedule[1] = digest.b;
    schedule[2] = digest.c;
    schedule[3] = digest.d;
    schedule[4] = digest.e;
    pad(DIGEST_WORDS);
    return bytesOf(compress(outer));
  };
}

/** The state after the block of the secret. */
function keyed(secret: Uint8Array, mask: number): State {
  const block = Buffer.alloc(BLOCK_WORDS * 4);
  block.set(secret);
  for (let at = 0; at < BLOCK_WORDS; at++) schedule[at] = block.readInt32BE(at * 4) ^ mask;
  return compress(INITIAL);
}

/** Ends the message, of one block and this many words, with its padding and length. */
function pad(words: number): void {
  schedule[words] = 0x80000000;
  for (let at = words + 1; at < BLOCK_WORDS - 1; at++) schedule[at] = 0;
  schedule[BLOCK_WORDS - 1] = (BLOCK_WORDS + words) * 32;
}

function compress(from: State): State {
  for (let at = BLOCK_WORDS; at < 80; at++) {
    schedule[at] = rotate(word(at - 3) ^ word(at - 8) ^ word(at - 14) ^ word(at - 16), 1);
  }
  let { a, b, c, d, e } = from;
  for (let at = 0; at < 80; at++) {
    const next = (rotate(a, 5) + mix(at, b, c, d) + e + word(at)) | 0;
    e = d;
    d = c;
    c = rotate(b, 30);
    b = a;
    a = next;
  }
  return { a: (from.a + a) | 0, b: (from.b + b) | 0, c: (from.c + c) | 0, d: (from.d + d) | 0, e: (from.e + e) | 0 };
}

/** The function and the constant of a round. */
function mix(round: number, b: number, c: number, d: number): number {
  if (round < 20) return (d ^ (b & (c ^ d))) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (d & (b | c))) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function word(at: number): number {
  return schedule[at] ?? 0;
}

function bytesOf({ a, b, c, d, e }: State): Uint8Array {
  const bytes = Buffer.allocUnsafe(DIGEST_WORDS * 4);
  bytes.writeInt32BE(a, 0);
  bytes.writeInt32BE(b, 4);
  bytes.writeInt32BE(c, 8);
  bytes.writeInt32BE(d, 12);
  bytes.writeInt32BE(e, 16);
  return bytes;
}
