/** Most counters kept. Reaching it drops ended windows, then the oldest counters. */
const AT_MOST = 200_000;

/** Counters of fixed windows, in memory: the contract lets them go with the process. */
export class WindowCounters {
  readonly #counters = new Map<string, { count: number; resetAt: number }>();

  increment(
    key: string,
    windowMs: number,
    limit: number,
    now: number,
  ): { count: number; allowed: boolean; resetAt: number } {
    const resetAt = (Math.floor(now / windowMs) + 1) * windowMs;
    const name = `${windowMs} ${resetAt} ${key}`;
    const counter = this.#counters.get(name) ?? this.#start(name, resetAt, now);
    counter.count += 1;
    return { count: counter.count, allowed: counter.count <= limit, resetAt };
  }

  #start(name: string, resetAt: number, now: number): { count: number; resetAt: number } {
    if (this.#counters.size >= AT_MOST) this.#makeRoom(now);
    const counter = { count: 0, resetAt };
    this.#counters.set(name, counter);
    return counter;
  }

  #makeRoom(now: number): void {
    for (const [name, counter] of this.#counters) {
      if (counter.resetAt <= now) this.#counters.delete(name);
    }
    // A quarter at once, so that a flood of new names does not walk the map for each of them.
    for (const name of this.#counters.keys()) {
      if (this.#counters.size <= AT_MOST * 0.75) return;
      this.#counters.delete(name);
    }
  }
}
