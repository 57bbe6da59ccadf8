import { availableParallelism } from 'node:os';

/**
 * How many password hashes run at once, and how large libuv's pool must be for that.
 *
 * Hashes, LMDB commits, file reads and WebCrypto signatures all share that pool. When hashes can fill it, everything
 * else waits behind them (64 at once on the default pool of 4 stalled `fs.stat` by 281 ms). So: hashes are bound to
 * the number of cores, and the pool has four threads on top that hashes can never take.
 *
 * The pool is made when it is first used and reads `UV_THREADPOOL_SIZE` then, so `server/start.cjs` sets the variable
 * before it imports anything. It repeats this arithmetic because it must not load a module of ours first; a test holds
 * the two together.
 */
export const SPARE_THREADS = 4;

export function hashingConcurrency(): number {
  return availableParallelism();
}

export function threadPoolSize(): number {
  return hashingConcurrency() + SPARE_THREADS;
}

/** Whether the pool is too small for the hashes it will get: then the server was not started through `start.cjs`. */
export function threadPoolTooSmall(environment: Record<string, string | undefined>): boolean {
  const size = Number(environment.UV_THREADPOOL_SIZE ?? 4);
  return !(size >= threadPoolSize());
}
