import type { Logger } from '../http/log.ts';
import type { Store } from '../kernel/ports/store.ts';

/** A durable write that takes longer holds up every sign-in. */
const SLOW_MS = 250;
/** Enough time to act: the embedded store stops at 64 MiB. */
const LOW_SPACE_BYTES = 1024 ** 3;

/**
 * Warns of a store that is slow or nearly full, before requests fail.
 *
 * @throws StoreUnavailable with the cause, if it takes no durable write
 */
export async function watchStore(
  { store }: { store: Pick<Store, 'check' | 'measure'> },
  log: Pick<Logger, 'warn'>,
  monotonicMs: () => number = () => performance.now(),
): Promise<void> {
  const startedMs = monotonicMs();
  await store.check();
  const ms = Math.round(monotonicMs() - startedMs);
  if (ms > SLOW_MS) log.warn({ ms }, 'the store is slow: a durable write should take milliseconds');
  const { usedBytes, freeBytes = Number.POSITIVE_INFINITY } = await store.measure();
  if (freeBytes < LOW_SPACE_BYTES) log.warn({ usedBytes, freeBytes }, 'the store has little space left');
}
