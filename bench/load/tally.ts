/** The result of a load, as the generator returns it. */
export interface Tally {
  /** Responses with the expected status per second. */
  perSecond: number;
  /** Their latencies. */
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Number of responses by status. */
  statuses: Record<string, number>;
}

/** Collects responses while a load runs. */
export class TallyBuilder {
  readonly #expected: number;
  readonly #latencies: number[] = [];
  readonly #statuses: Record<string, number> = {};

  /** @param expected the status of the responses that count */
  constructor(expected = 200) {
    this.#expected = expected;
  }

  count(status: number, latencyMs: number): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (status === this.#expected) this.#latencies.push(latencyMs);
  }

  finish(elapsedMs: number): Tally {
    const sorted = Float64Array.from(this.#latencies).sort();
    return {
      perSecond: (sorted.length * 1000) / elapsedMs,
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      maxMs: quantile(sorted, 1),
      statuses: this.#statuses,
    };
  }
}

/** The nearest-rank quantile of sorted numbers; 0 if there are none. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

export function median(numbers: readonly number[]): number {
  return quantile(
    [...numbers].sort((a, b) => a - b),
    0.5,
  );
}
