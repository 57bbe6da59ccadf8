import type { StoreClock } from '../../kernel/ports/store.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../kernel/time.ts';

/** How far the time of the deployment has come. */
export interface ClockMark {
  /** The latest time that a process has trusted. */
  readonly at: number;
  /** The latest time by which old data is removed and fees are charged. Behind `at` only after a long stop. */
  readonly settledAt: number;
  /** When the machine that wrote this had started, by its own clock. */
  readonly bootedAt: number;
}

/** What a process reads at one moment. */
export interface ClockReading {
  readonly now: number;
  /** When this machine started, by its own clock. A clock that is set moves it. */
  readonly bootedAt: number;
  readonly storeClocks: readonly StoreClock[];
}

export type DoubtReason = 'behind' | 'ahead' | 'differs' | 'leapt';

export interface Doubt {
  readonly reason: DoubtReason;
  readonly now: number;
  /** What `now` was compared with. */
  readonly other: number;
}

/** `vouched`: a second source has the same time. `plausible`: there is none, and nothing speaks against it. */
export type Assessment = 'vouched' | 'plausible' | Doubt;

/** A clock that is set by less is not noticed. Larger than the steps of a synchronised clock, leap seconds included. */
export const MAX_STEP_MS = 5 * SECOND_MS;
/** Between this clock and the store's. From there on most codes are wrong anyway. */
const MAX_STORE_OFFSET_MS = 30 * SECOND_MS;
/** Two processes may differ from the store in opposite directions. */
const MAX_BEHIND_MS = 2 * MAX_STORE_OFFSET_MS;
/** A service without a second source may have been stopped for so long: a long weekend. */
const MAX_STOP_MS = 4 * DAY_MS;
/** Interval at which the mark is written, by one of the processes. */
const MARK_EVERY_MS = MINUTE_MS;
/** How far the removal of old data goes per mark after a stop, so that an operator has time to see a wrong clock. */
const MAX_SETTLING_MS = HOUR_MS;
/** How far jobs go past the mark: it is written, and read by the other processes, within this time. */
const MAX_LEAD_MS = 2 * MARK_EVERY_MS;

/** Compares the clock with the store's and with the mark (SR-63). */
export function assessClock({ now, bootedAt, storeClocks }: ClockReading, mark: ClockMark | undefined): Assessment {
  const different = storeClocks.find((clock) => Math.abs(clock.now - now) > MAX_STORE_OFFSET_MS);
  if (different) return { reason: 'differs', now, other: different.now };
  const isSameElsewhere = storeClocks.some(({ isElsewhere }) => isElsewhere);
  if (!mark) return isSameElsewhere ? 'vouched' : 'plausible';
  if (now < mark.at - MAX_BEHIND_MS) return { reason: 'behind', now, other: mark.at };
  if (isSameElsewhere || isSameBoot(bootedAt, mark.bootedAt)) return 'vouched';
  return now - mark.at <= MAX_STOP_MS ? 'plausible' : { reason: 'ahead', now, other: mark.at };
}

/** True if the machine has run since the other reading and its clock was not set: both clocks went on alike. */
export function isSameBoot(one: number, other: number): boolean {
  return Math.abs(one - other) <= MAX_STEP_MS;
}

/**
 * The next mark, or undefined if it is not due yet. It never goes back.
 *
 * @param known where the removal of old data goes on; undefined in a new deployment
 */
export function advanceMark(
  mark: ClockMark | undefined,
  { now, bootedAt }: Pick<ClockReading, 'now' | 'bootedAt'>,
  known = mark,
): ClockMark | undefined {
  if (mark && now - mark.at < MARK_EVERY_MS) return undefined;
  return { at: now, settledAt: known ? Math.min(now, known.settledAt + MAX_SETTLING_MS) : now, bootedAt };
}

/** The mark of a time that an operator vouches for, or of a new deployment. */
export function acceptedMark(now: number, bootedAt: number): ClockMark {
  return { at: now, settledAt: now, bootedAt };
}

/** The time by which jobs remove and charge: the current time, and never more than an interval past the mark. */
export function settledTime(mark: ClockMark, now: number): number {
  return Math.min(now, mark.settledAt + MAX_LEAD_MS);
}

/**
 * A restored service does not go back before the time of its backup. What has become old since is removed slowly, in
 * case the clock is wrong during the restore.
 */
export function restoredMark({ at, settledAt }: ClockMark, now: number): ClockMark {
  return { at: Math.max(at, now), settledAt: Math.min(settledAt, now), bootedAt: 0 };
}
