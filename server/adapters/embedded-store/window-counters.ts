/** Most counters kept of one length of window. Reaching it drops ended windows, then as many as it takes. */
const AT_MOST = 100_000;

interface Counter {
  count: number;
  resetAt: number;
}

/**
 * Counters of fixed windows, in memory: the contract lets them go with the process.
 *
 * Strangers can raise as many new ones as they have addresses and names to say, so there is a bound. Each length of window has its
 * own, and what was raised once goes first: a flood of keys that nobody has used before makes no count forgotten that has
 * begun to keep somebody off.
 */
export class WindowCounters {
  readonly #byLength = new Map<number, Map<string, Counter>>();

  /** How many are kept. */
  get size(): number {
    return [...this.#byLength.values()].reduce((sum, { size }) => sum + size, 0);
  }

  increment(
    key: string,
    windowMs: number,
    limit: number,
    now: number,
  ): { count: number; allowed: boolean; resetAt: number } {
    const resetAt = (Math.floor(now / windowMs) + 1) * windowMs;
    const counters = this.#ofLength(windowMs);
    const name = `${resetAt} ${key}`;
    const counter = counters.get(name) ?? start(counters, name, resetAt, now);
    counter.count += 1;
    return { count: counter.count, allowed: counter.count <= limit, resetAt };
  }

  #ofLength(windowMs: number): Map<string, Counter> {
    const counters = this.#byLength.get(windowMs) ?? new Map<string, Counter>();
    this.#byLength.set(windowMs, counters);
    return counters;
  }
}

function start(counters: Map<string, Counter>, name: string, resetAt: number, now: number): Counter {
  if (counters.size >= AT_MOST) makeRoom(counters, now);
  const counter = { count: 0, resetAt };
  counters.set(name, counter);
  return counter;
}

/** A quarter at once, so that a flood of new names does not walk the map for each of them. */
function makeRoom(counters: Map<string, Counter>, now: number): void {
  const enough = AT_MOST * 0.75;
  for (const [name, { resetAt }] of counters) if (resetAt <= now) counters.delete(name);
  for (const mostRaised of [1, Number.POSITIVE_INFINITY]) {
    // Oldest first.
    for (const [name, { count }] of counters) {
      if (counters.size <= enough) return;
      if (count <= mostRaised) counters.delete(name);
    }
  }
}
