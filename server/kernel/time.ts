export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/**
 * Adds calendar months in UTC, keeping the time of day. If the month has no such day, its last day counts. The day
 * always comes from `from`, so a fee that began on a 31st returns to the 31st.
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
