import type { Store } from '../kernel/ports/store.ts';
import type { StoreOperation } from './service-metrics.ts';

/** Makes the call, with something before and after it. */
type Around = <T>(call: () => Promise<T>) => Promise<T>;

/** The same store, where what `around` returns for an operation makes its calls. Restores, clocks and sizes are left out. */
export function wrapStore(store: Store, around: (operation: StoreOperation) => Around): Store {
  const [read, commit, increment] = [around('read'), around('commit'), around('increment')];
  const [range, readEvents, scan, check] = [around('range'), around('read-events'), around('scan'), around('check')];
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
    commit: (change) => commit(() => store.commit(change)),
    increment: (...args) => increment(() => store.increment(...args)),
    range: (...args) => range(() => store.range(...args)),
    readEvents: (...args) => readEvents(() => store.readEvents(...args)),
    readStreams: (...args) => readEvents(() => store.readStreams(...args)),
    dropEvents: (...args) => store.dropEvents(...args),
    restoreEvents: (...args) => store.restoreEvents(...args),
    restoreRecords: (...args) => store.restoreRecords(...args),
    scan: (...args) => scan(() => store.scan(...args)),
    lookUp: (...args) => scan(() => store.lookUp(...args)),
    noteChanges: (...args) => store.noteChanges(...args),
    forgetChanges: () => store.forgetChanges(),
    readChanges: (...args) => scan(() => store.readChanges(...args)),
    readStates: () => store.readStates(),
    readClocks: () => store.readClocks(),
    measure: () => store.measure(),
    check: () => check(() => store.check()),
    close: () => store.close(),
  };
}
