import { isArgon2, isValidArgon2, type ReadHash, readHash } from './imported-hash.ts';
import { readWrapped } from './legacy-hash.ts';
import { parsePhc } from './phc.ts';

/** Above this a check would hold a thread for too long. Some 1,000 ms on a processor without instructions for SHA. */
export const MAX_IMPORTED_COST_MS = 1_000;

/** Microseconds of an iteration, on a processor without instructions for SHA. */
const MICROSECONDS = {
  sha1: 0.35,
  sha256: 0.5,
  sha512: 0.6,
  bcrypt: 58,
  scrypt: 0.35,
  argon2: 0.36,
  md5: 0.95,
  crypt: 2,
};
const OUTPUT_BYTES = { sha1: 20, sha256: 32, sha512: 64 } as const;
const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * How long a check of a stored hash takes, estimated from its parameters. Processors differ by a factor of three or so;
 * what it compares is the same on each.
 *
 * @returns milliseconds; undefined for a text that is no hash
 */
export function hashCostMs(stored: string): number | undefined {
  const wrapped = readWrapped(stored);
  if (wrapped) return argon2CostMs(wrapped.phc) + (wrapped.kind === 'crypt' ? cryptCostMs(wrapped.setting) : 0);
  if (isArgon2(stored)) return isValidArgon2(stored) ? argon2CostMs(stored) : undefined;
  const read = readHash(stored);
  return read && foreignCostMs(read);
}

function argon2CostMs(phc: string): number {
  const { memoryKiB, iterations } = parsePhc(phc);
  return (memoryKiB * iterations * MICROSECONDS.argon2) / 1000;
}

function foreignCostMs(read: ReadHash): number {
  switch (read.kind) {
    case 'pbkdf2': {
      const blocks = Math.ceil(read.hash.length / OUTPUT_BYTES[read.algorithm]);
      return (read.iterations * blocks * MICROSECONDS[read.algorithm]) / 1000;
    }
    case 'scrypt':
    case 'firebase-scrypt':
      return (read.cost * read.blockSize * read.parallelism * MICROSECONDS.scrypt) / 1000;
    case 'bcrypt':
      return (2 ** Number(read.text.slice(4, 6)) * MICROSECONDS.bcrypt) / 1000;
    case 'crypt':
      return cryptCostMs(read.setting);
    case 'digest':
      // A few digests; microseconds.
      return 0;
  }
}

function cryptCostMs(setting: string): number {
  const [, scheme, cost = ''] = setting.split('$');
  if (scheme === '5' || scheme === '6') {
    const rounds = Number(/^rounds=(\d+)/.exec(cost)?.[1] ?? 5000);
    return (rounds * MICROSECONDS.crypt) / 1000;
  }
  return (2 ** DIGITS.indexOf(cost.charAt(0)) * MICROSECONDS.md5) / 1000;
}
