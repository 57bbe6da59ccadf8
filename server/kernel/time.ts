export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/**
 * The instant so many calendar months after another, in UTC, at the same time of day. Where the month has no such day,
 * its last one counts; the day is always taken from `from`, so a fee that began on a 31st comes back to the 31st.
 */
export function monthsAfter(from: number, months: number): number {
  const start = new Date(from);
  const moved = new Date(from);
  moved.setUTCDate(1);
  moved.setUTCMonth(start.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(start.getUTCDate(), lastDay));
  return moved.getTime();
}
