import { randomBytes } from 'node:crypto';
import type { Random } from '../../ports/random.ts';

/** The operating system's generator, through node:crypto. */
export const systemRandom: Random = Object.freeze({
  bytes: (length: number): Uint8Array => new Uint8Array(randomBytes(length)),
});
