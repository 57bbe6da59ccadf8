import type { Store } from '../kernel/ports/store.ts';
import { observeChange } from './observe-change.ts';
import type { ServiceMetrics, StoreOperation } from './service-metrics.ts';

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
  const [read, commit, increment] = [timed('read'), timed('commit'), timed('increment')];
  const [range, readEvents, scan, check] = [timed('range'), timed('read-events'), timed('scan'), timed('check')];
  return {
    get partitions() {
      return store.partitions;
    },
    get isOrdered() {
      return store.isOrdered;
    },
    get appends() {
      return store.appends;
    },
    partitionOf: (anchor) => store.partitionOf(anchor),
    getMany: (keys, now) => read(() => store.getMany(keys, now)),
    async commit(change) {
      const outcome = await commit(() => store.commit(change));
      if (outcome === 'committed') observeChange(metrics, change, ageOf);
      else metrics.storeConflicts.add([]);
      return outcome;
    },
    async increment(...args) {
      const result = await increment(() => store.increment(...args));
      const [limit = ''] = args[0].split('/', 1);
      if (!result.allowed && limit !== WORK_SHARING) metrics.limitRefusals.add([limit]);
      return result;
    },
    range: (...args) => range(() => store.range(...args)),
    readEvents: (...args) => readEvents(() => store.readEvents(...args)),
    readStreams: (...args) => readEvents(() => store.readStreams(...args)),
    dropEvents: (...args) => store.dropEvents(...args),
    restoreEvents: (...args) => store.restoreEvents(...args),
    restoreRecords: (...args) => store.restoreRecords(...args),
    scan: (...args) => scan(() => store.scan(...args)),
    readClocks: () => store.readClocks(),
    measure: () => store.measure(),
    check: () => check(() => store.check()),
    close: () => store.close(),
  };
}
