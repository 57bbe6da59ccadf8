import type { Store } from '../kernel/ports/store.ts';
import { observeChange } from './observe-change.ts';
import type { ServiceMetrics, StoreOperation } from './service-metrics.ts';
import { wrapStore } from './wrap-store.ts';

/** Counters that share work between processes: a refusal there limits no client. */
const WORK_SHARING = 'background';

interface StoreObserver {
  readonly metrics: ServiceMetrics;
  /** Monotonic milliseconds. */
  readonly monotonicMs: () => number;
  /** Seconds since a request arrived. */
  readonly ageOf: (requestId: string) => number | undefined;
}

/** The same store, whose calls are timed and whose committed changes are counted. */
export function observeStore(store: Store, { metrics, monotonicMs, ageOf }: StoreObserver): Store {
  const timed = (operation: StoreOperation) => {
    const seconds = metrics.storeSeconds.with([operation]);
    return async <T>(call: () => Promise<T>): Promise<T> => {
      const startedMs = monotonicMs();
      try {
        return await call();
      } catch (error) {
        metrics.storeErrors.add([operation]);
        throw error;
      } finally {
        seconds.observe((monotonicMs() - startedMs) / 1000);
      }
    };
  };
  const timedStore = wrapStore(store, timed);
  const { commit, increment } = timedStore;
  // Not a copy: it would keep what `partitions`, `isOrdered` and `appends` are now.
  return Object.assign(timedStore, {
    async commit(change) {
      const outcome = await commit(change);
      if (outcome === 'committed') observeChange(metrics, change, ageOf);
      else metrics.storeConflicts.add([]);
      return outcome;
    },
    async increment(...args) {
      const result = await increment(...args);
      const [limit = ''] = args[0].split('/', 1);
      if (!result.allowed && limit !== WORK_SHARING) metrics.limitRefusals.add([limit]);
      return result;
    },
  } satisfies Partial<Store>);
}
