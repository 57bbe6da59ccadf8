import { type Result, refusal } from '../kernel/result.ts';
import { DAY_MS } from '../kernel/time.ts';
import { dayOf, daysBetween, startOfDay } from './statistics/day-counters.ts';

export interface RequestedDays {
  /** First day, as `2027-01-15`. Default: 30 days including the last. */
  from?: string | undefined;
  /** Last day. Default: today. */
  to?: string | undefined;
  /** Number of days including the last, instead of a first day, for a client whose clock may differ. */
  days?: number | undefined;
}

const DEFAULT_DAYS = 30;

/** The requested days in UTC; refused if they are invalid or more than `most`. */
export function parseRequestedDays(
  { from, to, days }: RequestedDays,
  now: number,
  most: number,
): Result<{ days: string[] }> {
  if (from !== undefined && days !== undefined) return refusal('INPUT_INVALID', { detail: 'from, days: one of them' });
  const last = startOfDay(to ?? dayOf(now));
  const first =
    from === undefined && last !== undefined ? last - ((days ?? DEFAULT_DAYS) - 1) * DAY_MS : startOfDay(from ?? '');
  if (first === undefined || last === undefined) {
    return refusal('INPUT_INVALID', { detail: 'from, to: a day as 2027-01-15' });
  }
  if (first > last || last - first >= most * DAY_MS) {
    return refusal('INPUT_INVALID', { detail: `from, to: 1 to ${most} days` });
  }
  return { days: daysBetween(first, last) };
}
