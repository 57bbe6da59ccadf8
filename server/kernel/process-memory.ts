import type { AccountId } from './ids.ts';
import type { RawKey, Store } from './ports/store.ts';

/** Work on one key, one after the other. */
export interface QueuedWork {
  tail: Promise<unknown>;
  waiting: number;
  /** An error that ended it. */
  ended?: { error: unknown };
}

/**
 * What one process remembers of its own requests. It saves work and holds back floods, and is never the only place of a
 * fact: another process, or the next one, begins without it.
 */
export interface ProcessMemory {
  /** Queued work, by key. */
  readonly queues: Map<string, QueuedWork>;
  /** Passwords that are counted and not judged yet, by the counter of their name. */
  readonly passwordAttempts: Map<string, Set<Promise<void>>>;
  /** The documents that the last right code of a name was checked on. */
  readonly reads: Map<string, readonly RawKey[]>;
  /** When `recordOnce` last recorded a key. */
  readonly records: Map<string, number>;
  /** The costliest imported hash of an account that it has noted. */
  readonly hashCosts: Map<AccountId, number>;
  /** The targets under attack, as learnt from the counters that all processes share. */
  readonly attacks: {
    readonly loads: Map<string, { readonly load: number; readonly until: number }>;
    /** When all of them are over. */
    until: number;
  };
  /** The puzzles made in a minute, by address. */
  readonly puzzles: { minute: number; readonly made: Map<string, number> };
  /** The sign-ins started in a second, by the name of their limits. */
  readonly starts: Map<string, { readonly second: number; count: number }>;
  /** Until when clients of the Protectimus dialect are refused, and known. */
  readonly dialectClients: { readonly barred: Map<string, number>; readonly known: Map<string, number> };
  /** The sealed seed of the decoy that is checked in place of a missing token. */
  decoySeed?: string;
}

/** The store as one process uses it. */
export type ProcessStore<S extends Store = Store> = S & {
  readonly memory: ProcessMemory;
  /** Of one request: what it has read is forgotten, because something slow has followed. */
  endPhase?(): void;
};

/** Gives an opened store the memory of this process. */
export function withMemory<S extends Store>(store: S, memory = createProcessMemory()): ProcessStore<S> {
  return Object.assign(store, { memory });
}

export function createProcessMemory(): ProcessMemory {
  return {
    queues: new Map(),
    passwordAttempts: new Map(),
    reads: new Map(),
    records: new Map(),
    hashCosts: new Map(),
    attacks: { loads: new Map(), until: 0 },
    puzzles: { minute: 0, made: new Map() },
    starts: new Map(),
    dialectClients: { barred: new Map(), known: new Map() },
  };
}
