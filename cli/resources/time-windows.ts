import { WEEKDAYS } from '@countersign/protocol/filters';

const DAYS: readonly string[] = WEEKDAYS;

export interface TimeWindow {
  days: string[];
  fromMinute: number;
  toMinute: number;
}

/**
 * Reads the windows of a time filter: `mon-fri 08:00-18:00; sat,sun 09:00-12:00`. A window that ends before it starts
 * runs past midnight. Undefined if the text is not valid.
 */
export function readTimeWindows(text: string): TimeWindow[] | undefined {
  const windows = text
    .split(';')
    .filter((one) => one.trim() !== '')
    .map(timeWindow);
  return windows.some((one) => one === undefined) ? undefined : (windows as TimeWindow[]);
}

/** Writes windows in that form; undefined if the value is not a list of windows. */
export function writeTimeWindows(value: unknown): string | undefined {
  if (!Array.isArray(value) || !value.every(isTimeWindow)) return undefined;
  return value
    .map(({ days, fromMinute, toMinute }) => `${writeDays(days)} ${clock(fromMinute)}-${clock(toMinute)}`)
    .join('; ');
}

function isTimeWindow(value: unknown): value is TimeWindow {
  const { days, fromMinute, toMinute } = Object(value) as Record<string, unknown>;
  return Array.isArray(days) && typeof fromMinute === 'number' && typeof toMinute === 'number';
}

/** Three or more days in a row as `mon-fri`, all of them as `daily`. */
function writeDays(days: readonly string[]): string {
  if (DAYS.every((day) => days.includes(day))) return 'daily';
  const runs: string[][] = [];
  for (const day of DAYS.filter((one) => days.includes(one))) {
    const run = runs.at(-1);
    if (run && DAYS.indexOf(run.at(-1) ?? '') === DAYS.indexOf(day) - 1) run.push(day);
    else runs.push([day]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(','))).join(',');
}

function clock(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
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
