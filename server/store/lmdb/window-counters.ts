import { createHash } from 'node:crypto';
import type { StoredCounter } from '../../kernel/ports/movable-store.ts';
import { MINUTE_MS } from '../../kernel/time.ts';
import { numbered, type Table } from './tables.ts';

/** Maximum counters per window length. Reaching it evicts ended windows, then as many as needed. */
const MAX_COUNTERS = 100_000;
/** Counters of longer windows are saved. A shorter window ends before a restart does. */
const MAX_UNSAVED_WINDOW_MS = MINUTE_MS;
/** Maximum counters that one transaction writes. */
const SAVE_BATCH_SIZE = 1024;
/** Of the disk's keys, six bytes. */
const MAX_INSTANT = 2 ** 48;

interface Counter {
  readonly key: string;
  readonly windowMs: number;
  readonly resetAt: number;
  /** 0: evicted. */
  count: number;
}

/** The counters that a transaction wrote, with their counts. */
type SavedCounters = ReadonlyMap<Counter, number>;

/**
 * Counters of fixed windows, in memory. Those of windows longer than a minute are also saved with the next transaction.
 *
 * An attacker can create as many counters as there are addresses and names, so their number is bounded per window
 * length, and counters raised only once are evicted first: a flood of new keys resets no counter that limits a user. An
 * evicted counter is also removed from the disk.
 */
export class WindowCounters {
  readonly #byLength = new Map<number, Map<string, Counter>>();
  /** In the order of their changes: an evicted counter comes before a later one of the same name. */
  readonly #unsaved = new Set<Counter>();
  /** Those that changed since they were last asked for; undefined if nothing asks. */
  #raised: Set<Counter> | undefined;

  /** Number of counters. */
  get size(): number {
    return [...this.#byLength.values()].reduce((sum, { size }) => sum + size, 0);
  }

  get hasUnsaved(): boolean {
    return this.#unsaved.size > 0;
  }

  increment(
    key: string,
    windowMs: number,
    limit: number,
    now: number,
  ): { count: number; allowed: boolean; resetAt: number } {
    const resetAt = (Math.floor(now / windowMs) + 1) * windowMs;
    const counters = this.#ofLength(windowMs);
    const name = nameOf(resetAt, key);
    const counter = counters.get(name) ?? this.#start(counters, { key, windowMs, resetAt, count: 0 }, now);
    counter.count += 1;
    this.#changed(counter);
    return { count: counter.count, allowed: counter.count <= limit, resetAt };
  }

  /** Those that are saved. */
  all(): StoredCounter[] {
    const lasting = [...this.#byLength].filter(([windowMs]) => windowMs > MAX_UNSAVED_WINDOW_MS);
    return lasting.flatMap(([, counters]) => Array.from(counters.values(), (counter) => ({ ...counter })));
  }

  /** From now on {@link takeRaised} returns what changes. */
  noteRaised(isNoted: boolean): void {
    this.#raised = isNoted ? new Set() : undefined;
  }

  /** Those that were raised since the last call and are saved. */
  takeRaised(): StoredCounter[] {
    const raised = [...(this.#raised ?? [])].filter(({ count }) => count > 0);
    this.#raised?.clear();
    return raised.map((counter) => ({ ...counter }));
  }

  set({ key, windowMs, resetAt, count }: StoredCounter): void {
    const counter = { key, windowMs, resetAt, count };
    this.#ofLength(windowMs).set(nameOf(resetAt, key), counter);
    this.#changed(counter);
  }

  /** Loads the saved counters. It ignores the clock, which may have been changed meanwhile. */
  load(table: Table): void {
    for (const { key: at, value } of table.getRange({})) {
      const [windowMs, count, key] = JSON.parse(value.toString()) as [number, number, string];
      const resetAt = at.readUIntBE(0, 6);
      this.#ofLength(windowMs).set(nameOf(resetAt, key), { key, windowMs, resetAt, count });
    }
  }

  /** Writes the changes in the caller's transaction. Call {@link settle} once that is flushed. */
  save(table: Table): SavedCounters {
    const saved = new Map<Counter, number>();
    for (const counter of this.#unsaved) {
      if (saved.size === SAVE_BATCH_SIZE) break;
      const { key, windowMs, resetAt, count } = counter;
      const digest = createHash('sha256')
        .update(JSON.stringify([windowMs, key]))
        .digest();
      const at = numbered(resetAt, digest);
      if (count === 0) table.remove(at);
      else table.put(at, Buffer.from(JSON.stringify([windowMs, count, key])));
      saved.set(counter, count);
    }
    return saved;
  }

  settle(saved: SavedCounters): void {
    for (const [counter, count] of saved) if (counter.count === count) this.#unsaved.delete(counter);
  }

  #ofLength(windowMs: number): Map<string, Counter> {
    const counters = this.#byLength.get(windowMs) ?? new Map<string, Counter>();
    this.#byLength.set(windowMs, counters);
    return counters;
  }

  #start(counters: Map<string, Counter>, counter: Counter, now: number): Counter {
    if (counters.size >= MAX_COUNTERS) this.#evict(counters, now);
    counters.set(nameOf(counter.resetAt, counter.key), counter);
    return counter;
  }

  /** Evicts a quarter at once, so that a flood of new names does not scan the map for each of them. */
  #evict(counters: Map<string, Counter>, now: number): void {
    const enough = MAX_COUNTERS * 0.75;
    for (const [name, counter] of counters) if (counter.resetAt <= now) this.#drop(counters, name, counter);
    for (const mostRaised of [1, Number.POSITIVE_INFINITY]) {
      // Oldest first.
      for (const [name, counter] of counters) {
        if (counters.size <= enough) return;
        if (counter.count <= mostRaised) this.#drop(counters, name, counter);
      }
    }
  }

  #drop(counters: Map<string, Counter>, name: string, counter: Counter): void {
    counters.delete(name);
    counter.count = 0;
    this.#changed(counter);
  }

  #changed(counter: Counter): void {
    const { windowMs, resetAt } = counter;
    if (windowMs <= MAX_UNSAVED_WINDOW_MS || resetAt <= 0 || resetAt >= MAX_INSTANT) return;
    this.#unsaved.add(counter);
    this.#raised?.add(counter);
  }
}

function nameOf(resetAt: number, key: string): string {
  return `${resetAt} ${key}`;
}
