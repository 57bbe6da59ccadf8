import type { Series } from './activity.ts';

export interface ChartData extends Series {
  label: string;
  /** A variable of the style. */
  colour: string;
  /** Where what it counts is listed. */
  href?: string | undefined;
  /** Its days do not add up. */
  hasNoSum?: boolean;
}

export interface ChartProps {
  title: string;
  /** As `2027-01-15`. */
  days: readonly string[];
  series: readonly ChartData[];
  dayHref(day: string): string;
  /** What there is to say where there is nothing to draw. */
  none?: string;
  isWide?: boolean;
}
