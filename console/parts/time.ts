const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** A relative time such as `3 days ago`, in the language. */
export function relativeText(lang: string, at: number, now: number): string {
  const format = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
  const ms = at - now;
  const [unit, size] = STEPS.find(([, step]) => Math.abs(ms) >= step) ?? (['second', 1_000] as const);
  return format.format(Math.trunc(ms / size), unit);
}

/** The date in the device's time zone. */
export function dayText(lang: string, at: number): string {
  return new Intl.DateTimeFormat(lang, { dateStyle: 'medium' }).format(at);
}

/** Date and time in the device's time zone, which is named. */
export function absoluteText(lang: string, at: number): string {
  return new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'long' }).format(at);
}
