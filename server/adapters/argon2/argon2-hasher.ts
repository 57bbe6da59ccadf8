import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { PasswordHasher } from '../../ports/password-hasher.ts';
import { Permits } from './permits.ts';
import { PHC_BOUNDS, parsePhc } from './phc.ts';
import { hashingConcurrency } from './threads.ts';

/** The floor for new hashes (SR-18; OWASP's second choice for argon2id). */
export const ARGON2_FLOOR = { memoryKiB: 19_456, iterations: 2, parallelism: 1 } as const;

export interface Argon2Options {
  /** Hashes at once. Default: as many as there are cores; more only makes each of them slower. */
  concurrency?: number;
  /** Hashes that may wait. Default: 64 per running one, which is about half a second of work. */
  maxQueue?: number;
  /** Not below 19 456. */
  memoryKiB?: number;
  /** Passes, not below 2. */
  iterations?: number;
  /** Lanes, not below 1. Each costs a thread while it works. */
  parallelism?: number;
}

/**
 * argon2id on libuv's thread pool behind a bound (SR-18, SR-19).
 *
 * A hash that was stored with weaker parameters is checked at its own, lower cost, so until its owner's next login
 * (when it is made anew) its timing differs from that of an unknown name (SR-17). Raising the parameters therefore
 * tells, for a while, an old hash from no hash.
 *
 * @throws {RangeError} parameters below the floor or above what {@link parsePhc} would accept back.
 */
export function createArgon2Hasher(options: Argon2Options = {}): PasswordHasher {
  const concurrency = options.concurrency ?? hashingConcurrency();
  const maxQueue = options.maxQueue ?? 64 * concurrency;
  const memoryKiB = atLeast('memoryKiB', options.memoryKiB, ARGON2_FLOOR.memoryKiB, PHC_BOUNDS.memoryKiB);
  const iterations = atLeast('iterations', options.iterations, ARGON2_FLOOR.iterations, PHC_BOUNDS.iterations);
  const parallelism = atLeast('parallelism', options.parallelism, ARGON2_FLOOR.parallelism, PHC_BOUNDS.parallelism);
  atLeast('concurrency', concurrency, 1, 1024);
  atLeast('maxQueue', maxQueue, 0, 1_000_000);
  const permits = new Permits({ concurrency, maxQueue, expectedMs: 10 });
  const parameters = { memoryCost: memoryKiB, timeCost: iterations, parallelism };
  // A random tag is a hash nobody knows the password of: checking against it costs what any check costs.
  const decoy = `$argon2id$v=19$m=${memoryKiB},t=${iterations},p=${parallelism}$${unpadded(16)}$${unpadded(32)}`;

  return {
    assertRoom: () => permits.assertRoom(),

    hash: (password) => permits.run(() => hash(password, parameters)),

    async verify(phc, password) {
      if (phc === undefined) {
        await permits.run(() => verify(decoy, password));
        return false;
      }
      parsePhc(phc);
      return permits.run(() => verify(phc, password));
    },

    needsRehash(phc) {
      const stored = parsePhc(phc);
      // Other lanes are not weaker: they only divide the same memory differently.
      return stored.memoryKiB < memoryKiB || stored.iterations < iterations;
    },
  };
}

function atLeast(name: string, value: number | undefined, floor: number, ceiling: number): number {
  const chosen = value ?? floor;
  if (!Number.isSafeInteger(chosen) || chosen < floor || chosen > ceiling) {
    throw new RangeError(`argon2 ${name} must be a whole number from ${floor} to ${ceiling}`);
  }
  return chosen;
}

function unpadded(length: number): string {
  return randomBytes(length).toString('base64').replace(/=+$/, '');
}
