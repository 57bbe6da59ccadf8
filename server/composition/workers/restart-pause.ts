import { MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 30 * SECOND_MS;
/** A worker that served so long has started well: its end counts as the first. */
const STEADY_MS = MINUTE_MS;

/** The failures in a row of one worker and its successors, after another that served for `servedMs`. */
export function countFailures(before: number, servedMs: number): number {
  return servedMs >= STEADY_MS ? 1 : before + 1;
}

/** The pause before the next start, in ms. It doubles, so that a worker that always fails does not use up a core. */
export function restartPause(failures: number): number {
  return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
}
