import type { Store } from '../../kernel/ports/store.ts';

/** The requirements of the suite on a store under test. */
export interface StoreHarness {
  readonly name: string;
  /** An empty store, closed by the harness at the end. */
  fresh(options?: FreshOptions): Promise<Store>;
  /** Closes a store without a broken index, and opens it again on the same data. */
  reopen(store: Store): Promise<Store>;
  /** Closes every opened store, and ends the servers. */
  stop(): Promise<void>;
}

export interface FreshOptions {
  /** Writing to this index fails after the change's documents were handled. */
  readonly brokenIndex?: string;
  readonly eventCap?: number;
}

/** Opens the store of one test. */
export type Fresh = StoreHarness['fresh'];
export type Reopen = StoreHarness['reopen'];
