import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import type { PasswordHasher } from '../../kernel/ports/password-hasher.ts';
import { isArgon2, readHash } from '../../passwords/imported-hash.ts';
import { isLegacyHash, readWrapped } from '../../passwords/legacy-hash.ts';
import { PHC_BOUNDS, parsePhc } from '../../passwords/phc.ts';
import { digestOf, verifyImported } from '../imported-hashes/verify-imported.ts';
import { Permits, type ReservedPermit } from './permits.ts';
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
 * It also checks what was imported from elsewhere, under the same bound. A wrong password for a hash that came from
 * elsewhere costs an argon2 beside it, so that a cheap one is not told from an unknown name by its speed (SR-17); a
 * costly one takes longer than that, until its owner's next login, when it is made anew.
 *
 * A hash of ours that was stored with weaker parameters is checked at its own, lower cost. Raising the parameters
 * therefore tells, for a while, an old hash from no hash.
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

  const verifyWith = async (permit: ReservedPermit, phc: string | undefined, password: string): Promise<boolean> => {
    if (phc === undefined) {
      await permit.run(() => verify(decoy, password));
      return false;
    }
    const check = checkOf(phc);
    return permit.run(async () => {
      if (await check.run(password)) return true;
      // One permit for both: neither is begun before the other has ended.
      if (check.isForeign) await verify(decoy, password);
      return false;
    });
  };

  return {
    hash: (password) => permits.run(() => hash(password, parameters)),

    reserve() {
      const permit = permits.reserve();
      return { verify: (phc, password) => verifyWith(permit, phc, password), release: () => permit.release() };
    },

    async verify(phc, password) {
      const permit = permits.reserve();
      try {
        return await verifyWith(permit, phc, password);
      } finally {
        permit.release();
      }
    },

    needsRehash(phc) {
      if (!isArgon2(phc)) return true;
      const stored = parsePhc(phc);
      if (stored.variant !== 'argon2id') return true;
      // Other lanes are not weaker: they only divide the same memory differently.
      return stored.memoryKiB < memoryKiB || stored.iterations < iterations;
    },
  };
}

/**
 * How to check against a stored text.
 *
 * @throws {TypeError} it is of no kind that is known, or its parameters are out of bounds; before any work is done
 */
function checkOf(stored: string): { isForeign: boolean; run: (password: string) => Promise<boolean> } {
  if (isArgon2(stored)) {
    const { variant, memoryKiB } = parsePhc(stored);
    const isForeign = variant !== 'argon2id' || memoryKiB < ARGON2_FLOOR.memoryKiB;
    return { isForeign, run: (password) => verify(stored, password) };
  }
  if (isLegacyHash(stored)) {
    const wrapped = readWrapped(stored);
    if (!wrapped) throw new TypeError('the stored password hash is malformed, or out of bounds');
    // Costs an argon2 of ours by itself, whoever's password it is.
    return { isForeign: false, run: (password) => verify(wrapped.phc, digestOf(wrapped, password).toString('hex')) };
  }
  const read = readHash(stored);
  if (!read) throw new TypeError('the stored password hash is of no known kind, or out of bounds');
  return { isForeign: true, run: (password) => verifyImported(read, password) };
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
