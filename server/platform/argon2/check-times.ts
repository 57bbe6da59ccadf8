/** Checks that count, newest last. */
const KEPT = 16;
/** A check that was held up for a moment must not slow all others for long. */
const MAX_SLOWNESS = 6;
/** Above most checks, so that few are seen to take longer. */
const MARGIN = 1.15;

/**
 * How long checks of imported hashes take on this machine, as a multiple of their estimated cost. What waits in their
 * place must take as long (SR-78).
 */
export class CheckTimes {
  readonly #ratios: number[] = [];

  /** A check of this cost took so long, without its wait for a permit. */
  note(tookMs: number, costMs: number): void {
    this.#ratios.push(Math.min(MAX_SLOWNESS, tookMs / costMs));
    if (this.#ratios.length > KEPT) this.#ratios.shift();
  }

  /** How long a check of this cost takes at most, but for the slowest of the last; undefined if none was measured. */
  expectedMs(costMs: number): number | undefined {
    const sorted = this.#ratios.toSorted((one, other) => other - one);
    const slowness = sorted[1] ?? sorted[0];
    return slowness === undefined ? undefined : costMs * slowness * MARGIN;
  }
}
