import { randomBytes, randomFillSync } from 'node:crypto';
import type { Random } from '../../kernel/ports/random.ts';

const POOL_BYTES = 4096;
const LARGEST_FROM_POOL = 64;

/** Bytes drawn and not yet returned; returned ones are wiped. */
const pool = new Uint8Array(POOL_BYTES);
let next = POOL_BYTES;

/**
 * The operating system's generator, through node:crypto. Bytes are drawn in advance, as `crypto.randomUUID` does: one
 * draw costs the same few microseconds for 16 bytes as for 4096, and every commit needs an operation id.
 */
export const systemRandom: Random = Object.freeze({
  bytes: (length: number): Uint8Array => {
    if (length > LARGEST_FROM_POOL) return new Uint8Array(randomBytes(length));
    if (next + length > POOL_BYTES) {
      randomFillSync(pool);
      next = 0;
    }
    const end = next + length;
    const given = pool.slice(next, end);
    pool.fill(0, next, end);
    next = end;
    return given;
  },
});
