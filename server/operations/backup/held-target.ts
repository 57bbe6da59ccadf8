import type { MovableStore, MoveSource } from '../../kernel/ports/movable-store.ts';

/** What a move needs of the store that it fills. */
export type HeldTarget = Pick<
  MovableStore,
  | 'partitions'
  | 'partitionOf'
  | 'lookUp'
  | 'restoreRecords'
  | 'restoreEvents'
  | 'dropEvents'
  | 'restoreCounters'
  | 'removeRecords'
>;

/** A command that slept must not write to a store that another one has filled since, and that is in use (SR-69). */
export function holdTarget(to: MovableStore, source: Pick<MoveSource, 'assertHeld'>): HeldTarget {
  const hold = <A extends unknown[]>(write: (...asked: A) => Promise<void>) => {
    return async (...asked: A): Promise<void> => {
      source.assertHeld();
      await write(...asked);
    };
  };
  return {
    partitions: to.partitions,
    partitionOf: (anchor) => to.partitionOf(anchor),
    lookUp: (names) => to.lookUp(names),
    restoreRecords: hold((...asked) => to.restoreRecords(...asked)),
    restoreEvents: hold((...asked) => to.restoreEvents(...asked)),
    dropEvents: hold((...asked) => to.dropEvents(...asked)),
    restoreCounters: hold((...asked) => to.restoreCounters(...asked)),
    removeRecords: hold((...asked) => to.removeRecords(...asked)),
  };
}
