import type { Series } from './activity.ts';

export interface ChartData extends Series {
  label: string;
  /** Name of a CSS variable. */
  colour: string;
  /** A link to the counted events. */
  href?: string | undefined;
  /** Set if the days cannot be summed. */
  hasNoSum?: boolean;
}

export interface ChartProps {
  title: string;
  /** As `2027-01-15`. */
  days: readonly string[];
  series: readonly ChartData[];
  dayHref(day: string): string;
  /** The text to show without data. */
  none?: string;
  isWide?: boolean;
}
