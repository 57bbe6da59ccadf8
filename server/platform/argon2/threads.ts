import { availableParallelism } from 'node:os';

/**
 * Number of concurrent password hashes, and the size that libuv's pool needs for them.
 *
 * Hashes, LMDB commits, file reads and WebCrypto signatures share that pool. If hashes can fill it, everything else
 * waits behind them (64 at once on the default pool of 4 stalled `fs.stat` by 281 ms). So hashes are limited to the
 * number of cores, and the pool has four more threads that hashes never take.
 *
 * The pool is created on first use and reads `UV_THREADPOOL_SIZE` then, so `server/start.cjs` sets the variable before
 * it imports anything. It repeats this arithmetic because it must not load another module first; a test compares the
 * two.
 */
const SPARE_THREADS = 4;

export function hashingConcurrency(): number {
  return availableParallelism();
}

export function threadPoolSize(): number {
  return hashingConcurrency() + SPARE_THREADS;
}

/** True if the pool is too small for its hashes, because the server was not started through `start.cjs`. */
export function threadPoolTooSmall(environment: Record<string, string | undefined>): boolean {
  const size = Number(environment.UV_THREADPOOL_SIZE ?? 4);
  return !(size >= threadPoolSize());
}
