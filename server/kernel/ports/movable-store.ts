import { CodedError } from '@countersign/protocol/coded-error';
import type { PartitionState, RecordName, Store } from './store.ts';

/** A counter of a window that has not ended long ago. */
export interface StoredCounter {
  readonly key: string;
  readonly windowMs: number;
  readonly count: number;
  readonly resetAt: number;
}

/** Where a store goes. The store itself holds it from its last moment on. */
export interface StoreMove {
  /** Unguessable. The other store has it until it is complete. */
  readonly id: string;
  /** The other store, without user and password. */
  readonly to: string;
}

/** What commits have changed: the names only, because each record may have changed again. */
export interface StoreChanges {
  readonly records: readonly RecordName[];
  /** Those of {@link MovableStore.scanCounters} that were raised. */
  readonly counters: readonly StoredCounter[];
  /** True if there was nothing more to read. */
  readonly isLast: boolean;
}

/**
 * A store while it is moved. It is in use until {@link close}; the commits of all its processes are noted. If nothing is
 * called for {@link MOVE_LEASE_MS}, or {@link CLOSED_LEASE_MS} once it is closed, it forgets the move and takes commits.
 */
export interface MoveSource {
  /** The same for every attempt to move this store. */
  readonly sourceId: string;

  /**
   * What commits changed since the last call, in pages.
   *
   * @throws MoveInterrupted if a change may be missing
   */
  readChanges(): Promise<StoreChanges>;

  /**
   * Lets every commit of every process fail with {@link StoreClosed}; the store still answers reads. Every commit that
   * succeeded is in the changes that are read next.
   */
  close(move: StoreMove): Promise<readonly PartitionState[]>;

  /** @throws MoveInterrupted if the last call is so long ago that another command may move the store */
  assertHeld(): void;

  /** Says that the move goes on. @throws MoveInterrupted if the store takes commits again */
  renew(): Promise<void>;

  /**
   * Closes the store for ever: no process opens it any more. Repeating the call changes nothing.
   *
   * @throws MoveInterrupted if the store takes commits again, or a change was not read
   */
  finish(): Promise<void>;

  /** Lets the store take commits again, unless it is closed for ever. */
  end(): Promise<void>;
}

/** For how long a store waits for the next call of what moves it. */
export const MOVE_LEASE_MS = 20_000;
/** The same once it is closed. */
export const CLOSED_LEASE_MS = 10_000;

/** A store that can be moved. */
export interface MovableStore extends Store {
  /** Undefined: the store is in use, or new. */
  readMove(): Promise<StoreMove | undefined>;

  /** Waits for the end of a move that was killed. @throws MoveInterrupted if the store is being moved by another command */
  startMove(): Promise<MoveSource>;

  /** Removes records of one partition. For a store that is not in use yet. */
  removeRecords(partition: number, names: readonly RecordName[]): Promise<void>;

  /** The counters of windows that are longer than a minute, in pages like those of {@link Store.scan}. */
  scanCounters(
    after: string | undefined,
    limit: number,
  ): Promise<{ counters: StoredCounter[]; next: string | undefined }>;

  /** Sets counters. Those whose windows are longer than a minute are durable when it resolves. */
  restoreCounters(counters: readonly StoredCounter[], now: number): Promise<void>;
}

/** The store was moved to another one: used here, it would take codes that were used there. */
export class StoreMoved extends CodedError {
  readonly code = 'STORE_MOVED';
  constructor({ to }: StoreMove) {
    super(`this store was moved to ${to}: use that one, and remove this one`);
  }
}

/** The move cannot go on. The store takes commits, now or in a few seconds. */
export class MoveInterrupted extends CodedError {
  readonly code = 'MOVE_INTERRUPTED';
}
