import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import {
  Overloaded,
  type PasswordHasher,
  type QueueLoad,
  type QueueObserver,
  type Reservation,
} from '../../kernel/ports/password-hasher.ts';
import { isSameSecret } from '../../kernel/secret-token.ts';
import { hashCostMs, MAX_IMPORTED_COST_MS } from '../../passwords/hash-cost.ts';
import { isArgon2, readHash } from '../../passwords/imported-hash.ts';
import { isLegacyHash, readWrapped } from '../../passwords/legacy-hash.ts';
import { PHC_BOUNDS, parsePhc } from '../../passwords/phc.ts';
import { computeDigest } from '../imported-hashes/compute-digest.ts';
import { Permits, type ReservedPermit } from '../permits/permits.ts';
import { CheckTimes } from './check-times.ts';
import { createHashThreads, type HashThreads } from './hash-threads.ts';
import { hashingConcurrency } from './hashing-concurrency.ts';

/** The minimum for new hashes (SR-18; OWASP's second choice for argon2id). */
export const ARGON2_FLOOR = { memoryKiB: 19_456, iterations: 2, parallelism: 1 } as const;

/** Costly checks that may wait for one permit: some ten seconds of work. */
const COSTLY_QUEUE = 16;
const DECOY_ITERATIONS = 100_000;
/** Keys of files that may wait: each takes a second, and memory that no other takes meanwhile. */
const KEY_QUEUE = 8;

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
  /** Monotonic milliseconds, for waits in place of costly checks. */
  monotonicMs?: () => number;
  /** Default: a timer. */
  sleep?: (ms: number) => Promise<unknown>;
  observer?: QueueObserver | undefined;
}

/**
 * argon2id on threads of its own behind a bound (SR-18, SR-19).
 *
 * It also checks imported hashes, under the same bound. A wrong password for an imported hash costs an argon2 as well,
 * so that the speed of a cheap hash does not distinguish it from an unknown name (SR-17). A costly imported hash has
 * permits and a queue of its own, and threads of the lowest priority, so that it holds up no other (SR-78).
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
  const costlyThreads = options.threads ?? createHashThreads({ nice: 19 });
  const { monotonicMs = () => performance.now(), sleep = setTimeout } = options;
  const times = new CheckTimes();
  const costlyConcurrency = Math.max(1, Math.floor(concurrency / 2));
  const costlyPermits = new Permits({
    concurrency: costlyConcurrency,
    maxQueue: Math.min(maxQueue, COSTLY_QUEUE * costlyConcurrency),
    expectedMs: 500,
    observer: options.observer && { ran: () => {}, refused: () => options.observer?.refused() },
  });
  const permits = new Permits({ concurrency, maxQueue, expectedMs: 10, observer: options.observer });
  const keyPermits = new Permits({ concurrency: 1, maxQueue: KEY_QUEUE, expectedMs: 500 });
  const parameters = { memoryCost: memoryKiB, timeCost: iterations, parallelism };
  // No password is known for a random tag, and a check against it costs as much as any other.
  const phc = `$argon2id$v=19$m=${memoryKiB},t=${iterations},p=${parallelism}$${unpadded(16)}$${unpadded(32)}`;
  const decoy = { kind: 'argon2', phc } as const;
  const costlyMs = 2 * (hashCostMs(phc) ?? 0);
  const costOf = (stored: string | undefined) => (stored === undefined ? 0 : (hashCostMs(stored) ?? 0));

  const verifyCostly = (permit: ReservedPermit, stored: string, password: string): Promise<boolean> => {
    const check = checkOf(stored, costlyThreads);
    return permit.run(async () => {
      const startedMs = monotonicMs();
      try {
        return await check.run(password);
      } finally {
        times.note(monotonicMs() - startedMs, costOf(stored));
      }
    });
  };

  /** Until a check of this cost, begun then, would have ended. */
  const waitOut = async (costMs: number, startedMs: number): Promise<void> => {
    if (costMs <= costlyMs) return;
    const expectedMs = times.expectedMs(costMs);
    if (expectedMs !== undefined) {
      await sleep(Math.max(0, startedMs + expectedMs - monotonicMs()));
      return;
    }
    // Nothing is known of this machine yet: a check of that cost takes exactly as long as one.
    const iterations = Math.round((costMs * DECOY_ITERATIONS) / costOf(decoyOf(DECOY_ITERATIONS)));
    try {
      await verifyCostly(costlyPermits.reserve(), decoyOf(iterations), '');
    } catch (error) {
      // Then so many costly checks wait that their times differ anyway.
      if (!(error instanceof Overloaded)) throw error;
    }
  };

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

  const reserve = (): Reservation => {
    const permit = permits.reserve();
    let costly: ReservedPermit | undefined;
    let startedMs = monotonicMs();
    return {
      prepare(stored) {
        if (costly || costOf(stored) <= costlyMs) return;
        costly = costlyPermits.reserve();
        permit.release();
      },
      verify(stored, password) {
        startedMs = monotonicMs();
        return costly && stored !== undefined
          ? verifyCostly(costly, stored, password)
          : verifyWith(permit, stored, password);
      },
      evenOut: (costMs = 0) => waitOut(costMs, startedMs),
      release() {
        permit.release();
        costly?.release();
      },
    };
  };

  return {
    load: () => ({ running: permits.running, queued: permits.queued, concurrency }),

    deriveKey: (password, derivation) => keyPermits.run(() => costlyThreads.deriveKey(derivation, password)),

    hash: (password) => permits.run(() => threads.hash(parameters, password)),

    reserve,

    async verify(phc, password) {
      const reservation = reserve();
      try {
        reservation.prepare(phc);
        return await reservation.verify(phc, password);
      } finally {
        reservation.release();
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
  if (!read || (hashCostMs(stored) ?? 0) > MAX_IMPORTED_COST_MS)
    throw new TypeError('the stored password hash is of no known kind, or out of bounds');
  if (read.kind !== 'digest') return { isForeign: true, run: (password) => threads.verify(read, password) };
  return { isForeign: true, run: async (password) => isSameSecret(computeDigest(read, password), read.hash) };
}

/** A stored hash that no password is known for. */
function decoyOf(iterations: number): string {
  return `$pbkdf2-sha256$i=${iterations}$${'A'.repeat(22)}$${'A'.repeat(43)}`;
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
