import { randomBytes } from 'node:crypto';
import type { PasswordHasher, QueueLoad, QueueObserver } from '../../kernel/ports/password-hasher.ts';
import { isSameSecret } from '../../kernel/secret-token.ts';
import { isArgon2, readHash } from '../../passwords/imported-hash.ts';
import { isLegacyHash, readWrapped } from '../../passwords/legacy-hash.ts';
import { PHC_BOUNDS, parsePhc } from '../../passwords/phc.ts';
import { computeDigest } from '../imported-hashes/compute-digest.ts';
import { Permits, type ReservedPermit } from '../permits/permits.ts';
import { createHashThreads, type HashThreads } from './hash-threads.ts';
import { hashingConcurrency } from './hashing-concurrency.ts';

/** The minimum for new hashes (SR-18; OWASP's second choice for argon2id). */
export const ARGON2_FLOOR = { memoryKiB: 19_456, iterations: 2, parallelism: 1 } as const;

interface Argon2Options {
  /** Concurrent hashes. Default: the cores that the process may use; more only slows each of them down. */
  concurrency?: number;
  /** Hashes that may wait. Default: 64 per running one, about half a second of work. */
  maxQueue?: number;
  /** At least 19 456. */
  memoryKiB?: number;
  /** Passes, at least 2. */
  iterations?: number;
  /** Lanes, at least 1. Each occupies a thread while it works. */
  parallelism?: number;
  /** Default: threads of its own. */
  threads?: HashThreads;
  observer?: QueueObserver | undefined;
}

/**
 * argon2id on threads of its own behind a bound (SR-18, SR-19).
 *
 * It also checks imported hashes, under the same bound. A wrong password for an imported hash costs an argon2 as well,
 * so that the speed of a cheap hash does not distinguish it from an unknown name (SR-17). A costly imported hash, and a
 * repeated digest wrapped in argon2, takes longer than that until the user's next login, which replaces it.
 *
 * A hash of ours with weaker parameters is checked at its own, lower cost. After the parameters are raised, timing
 * therefore distinguishes an old hash from no hash for a while.
 *
 * @throws {RangeError} if parameters are below the minimum or above what {@link parsePhc} accepts.
 */
export function createArgon2Hasher(options: Argon2Options = {}): PasswordHasher & { load(): QueueLoad } {
  const concurrency = options.concurrency ?? hashingConcurrency();
  const maxQueue = options.maxQueue ?? 64 * concurrency;
  const memoryKiB = atLeast('memoryKiB', options.memoryKiB, ARGON2_FLOOR.memoryKiB, PHC_BOUNDS.memoryKiB);
  const iterations = atLeast('iterations', options.iterations, ARGON2_FLOOR.iterations, PHC_BOUNDS.iterations);
  const parallelism = atLeast('parallelism', options.parallelism, ARGON2_FLOOR.parallelism, PHC_BOUNDS.parallelism);
  atLeast('concurrency', concurrency, 1, 1024);
  atLeast('maxQueue', maxQueue, 0, 1_000_000);
  const threads = options.threads ?? createHashThreads();
  const permits = new Permits({ concurrency, maxQueue, expectedMs: 10, observer: options.observer });
  const parameters = { memoryCost: memoryKiB, timeCost: iterations, parallelism };
  // No password is known for a random tag, and a check against it costs as much as any other.
  const phc = `$argon2id$v=19$m=${memoryKiB},t=${iterations},p=${parallelism}$${unpadded(16)}$${unpadded(32)}`;
  const decoy = { kind: 'argon2', phc } as const;

  const verifyWith = async (permit: ReservedPermit, phc: string | undefined, password: string): Promise<boolean> => {
    if (phc === undefined) {
      await permit.run(() => threads.verify(decoy, password));
      return false;
    }
    const check = checkOf(phc, threads);
    return permit.run(async () => {
      if (await check.run(password)) return true;
      // One permit for both: they run one after the other.
      if (check.isForeign) await threads.verify(decoy, password);
      return false;
    });
  };

  return {
    load: () => ({ running: permits.running, queued: permits.queued, concurrency }),

    hash: (password) => permits.run(() => threads.hash(parameters, password)),

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
      // Another number of lanes is not weaker: it only divides the same memory differently.
      return stored.memoryKiB < memoryKiB || stored.iterations < iterations;
    },
  };
}

/**
 * Selects the check for a stored hash.
 *
 * @throws {TypeError} if its format is unknown or its parameters are out of bounds; before any work is done
 */
function checkOf(
  stored: string,
  threads: HashThreads,
): { isForeign: boolean; run: (password: string) => Promise<boolean> } {
  if (isArgon2(stored)) {
    const { variant, memoryKiB } = parsePhc(stored);
    const isForeign = variant !== 'argon2id' || memoryKiB < ARGON2_FLOOR.memoryKiB;
    return { isForeign, run: (password) => threads.verify({ kind: 'argon2', phc: stored }, password) };
  }
  if (isLegacyHash(stored)) {
    const wrapped = readWrapped(stored);
    if (!wrapped) throw new TypeError('the stored password hash is malformed, or out of bounds');
    const job = { kind: 'argon2', phc: wrapped.phc } as const;
    if (wrapped.kind === 'crypt') {
      const { setting } = wrapped;
      return { isForeign: false, run: (password) => threads.verify({ ...job, setting }, password) };
    }
    // It costs one argon2 of ours, so no second hash is needed.
    return {
      isForeign: false,
      run: (password) => threads.verify(job, computeDigest(wrapped, password).toString('hex')),
    };
  }
  const read = readHash(stored);
  if (!read) throw new TypeError('the stored password hash is of no known kind, or out of bounds');
  if (read.kind !== 'digest') return { isForeign: true, run: (password) => threads.verify(read, password) };
  return { isForeign: true, run: async (password) => isSameSecret(computeDigest(read, password), read.hash) };
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
