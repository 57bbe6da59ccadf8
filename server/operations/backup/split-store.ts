import type { Store } from '../../kernel/ports/store.ts';

/**
 * The events of one store and everything else of another: what is derived from the last events of a closed store is
 * written to the store that takes its place.
 */
export function splitStore(events: Store, records: Store): Store {
  return {
    partitions: events.partitions,
    isOrdered: records.isOrdered,
    get appends() {
      return records.appends;
    },
    getMany: (keys, now) => records.getMany(keys, now),
    commit: (change) => records.commit(change),
    increment: (...asked) => records.increment(...asked),
    range: (...asked) => records.range(...asked),
    readEvents: (...asked) => events.readEvents(...asked),
    readStreams: (...asked) => events.readStreams(...asked),
    dropEvents: async () => {},
    partitionOf: (anchor) => records.partitionOf(anchor),
    restoreEvents: (...asked) => records.restoreEvents(...asked),
    restoreRecords: (...asked) => records.restoreRecords(...asked),
    scan: (...asked) => records.scan(...asked),
    lookUp: (...asked) => records.lookUp(...asked),
    noteChanges: (...asked) => records.noteChanges(...asked),
    forgetChanges: () => records.forgetChanges(),
    readChanges: (...asked) => records.readChanges(...asked),
    readStates: () => records.readStates(),
    readClocks: () => records.readClocks(),
    measure: () => records.measure(),
    check: () => records.check(),
    close: async () => {},
  };
}
