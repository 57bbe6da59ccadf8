const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export interface TimeWindow {
  days: string[];
  fromMinute: number;
  toMinute: number;
}

/**
 * The windows of a time filter as people write them: `mon-fri 08:00-18:00; sat,sun 09:00-12:00`. A window whose end is
 * before its beginning runs past midnight. Undefined where it is none.
 */
export function timeWindows(text: string): TimeWindow[] | undefined {
  const windows = text
    .split(';')
    .filter((one) => one.trim() !== '')
    .map(timeWindow);
  return windows.some((one) => one === undefined) ? undefined : (windows as TimeWindow[]);
}

function timeWindow(text: string): TimeWindow | undefined {
  const [, named = '', from = '', to = ''] = /^\s*(\S+)\s+(\d\d:\d\d)-(\d\d:\d\d)\s*$/.exec(text) ?? [];
  const [days, fromMinute, toMinute] = [daysOf(named.toLowerCase()), minuteOf(from), minuteOf(to)];
  if (days === undefined || fromMinute === undefined || toMinute === undefined) return undefined;
  return { days, fromMinute, toMinute };
}

/** `mon-fri`, `sat,sun`, `fri-mon`, `daily`. */
function daysOf(text: string): string[] | undefined {
  if (text === 'daily') return [...DAYS];
  const found = new Set<string>();
  for (const part of text.split(',')) {
    const [first = '', last = first, ...more] = part.split('-');
    const [from, to] = [DAYS.indexOf(first), DAYS.indexOf(last)];
    if (from < 0 || to < 0 || more.length > 0) return undefined;
    for (let at = from; ; at = (at + 1) % DAYS.length) {
      found.add(DAYS[at] ?? '');
      if (at === to) break;
    }
  }
  return DAYS.filter((day) => found.has(day));
}

function minuteOf(text: string): number | undefined {
  const [hours = Number.NaN, minutes = Number.NaN] = text.split(':').map(Number);
  const minute = hours * 60 + minutes;
  return minutes < 60 && minute <= 24 * 60 ? minute : undefined;
}
