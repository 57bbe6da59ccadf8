import type { Store } from '../../kernel/ports/store.ts';

/** What the suite needs from a store under test. */
export interface StoreHarness {
  readonly name: string;
  /** A store with nothing in it, closed by the harness at the end. */
  fresh(options?: FreshOptions): Promise<Store>;
  /** Closes a store that has no broken index, and opens it again on the same data. */
  reopen(store: Store): Promise<Store>;
  /** Closes every store that was opened, and ends the servers. */
  stop(): Promise<void>;
}

export interface FreshOptions {
  /** Writing to this index fails when the change's documents have already been dealt with. */
  readonly brokenIndex?: string;
  readonly eventCap?: number;
}

/** Opens the store that one test works on. */
export type Fresh = StoreHarness['fresh'];
export type Reopen = StoreHarness['reopen'];
