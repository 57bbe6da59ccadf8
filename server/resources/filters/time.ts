import type { Weekday } from '@countersign/protocol/filters';
import type { TimeRule } from './filter.ts';

const WEEK: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY_NUMBERS: ReadonlyMap<string, number> = new Map(WEEK.map((day, number) => [day, number]));
const DAY_MINUTES = 1440;

/** Wall-clock time in a zone: day of the week (0 is Sunday) and minute of the day. */
interface WallClock {
  day: number;
  minute: number;
}

/**
 * True if the wall clock of the zone is inside any window. Decided on wall-clock time alone: an hour that daylight
 * saving repeats counts both times, a skipped one never occurs. A window past midnight belongs to the day it began on.
 *
 * @param now milliseconds since the epoch
 */
export function timeAllows(rule: TimeRule, now: number): boolean {
  if (timeProblems(rule).length > 0) return false;
  const clock = wallClock(rule.zone, now);
  if (!clock) return false;
  const today = WEEK[clock.day];
  const yesterday = WEEK[(clock.day + 6) % 7];
  return rule.windows.some(({ days, fromMinute, toMinute }) => {
    const on = (day: Weekday | undefined) => day !== undefined && days.includes(day);
    if (fromMinute < toMinute) return on(today) && clock.minute >= fromMinute && clock.minute < toMinute;
    return (on(today) && clock.minute >= fromMinute) || (on(yesterday) && clock.minute < toMinute);
  });
}

export function timeProblems(rule: TimeRule): string[] {
  const problems: string[] = [];
  if (!zoneFormat(rule.zone)) problems.push('the zone is not an IANA time zone');
  if (rule.windows.length === 0) problems.push('a time filter needs at least one window');
  rule.windows.forEach(({ days, fromMinute, toMinute }, index) => {
    const name = `window ${index + 1}`;
    if (days.length === 0) problems.push(`${name} has no days`);
    if (days.some((day) => !WEEK.includes(day))) problems.push(`${name} names an unknown day`);
    if (!isMinute(fromMinute) || fromMinute === DAY_MINUTES) problems.push(`${name} begins outside 0 to 1439`);
    if (!isMinute(toMinute)) problems.push(`${name} ends outside 0 to 1440`);
    if (fromMinute === toMinute) problems.push(`${name} is empty`);
  });
  return problems;
}

function isMinute(minute: number): boolean {
  return Number.isInteger(minute) && minute >= 0 && minute <= DAY_MINUTES;
}

/**
 * Creating a formatter costs a hundred times as much as using it. Bounded, because zones are accepted in any letter
 * case.
 */
const formats = new Map<string, Intl.DateTimeFormat>();
const FORMATS_MAX = 1_000;

function zoneFormat(zone: string): Intl.DateTimeFormat | undefined {
  const cached = formats.get(zone);
  if (cached) return cached;
  // Offsets such as `+02:00` are zones to Intl, but have no daylight saving.
  if (!/^[A-Za-z]/.test(zone)) return undefined;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    if (formats.size >= FORMATS_MAX) formats.clear();
    formats.set(zone, format);
    return format;
  } catch {
    return undefined;
  }
}

/** The wall clock of a zone in readable form, such as `fri 09:05`; undefined for an unknown zone. */
export function localTime(zone: string, now: number): string | undefined {
  const clock = wallClock(zone, now);
  if (!clock) return undefined;
  const pad = (number: number) => String(number).padStart(2, '0');
  return `${WEEK[clock.day]} ${pad(Math.floor(clock.minute / 60))}:${pad(clock.minute % 60)}`;
}

function wallClock(zone: string, now: number): WallClock | undefined {
  // The years that Date can express; Intl throws beyond them.
  const format = Math.abs(now) <= 8.64e15 ? zoneFormat(zone) : undefined;
  if (!format) return undefined;
  const clock = { day: -1, hour: Number.NaN, minute: Number.NaN };
  for (const { type, value } of format.formatToParts(now)) {
    if (type === 'weekday') clock.day = DAY_NUMBERS.get(value.toLowerCase()) ?? -1;
    if (type === 'hour') clock.hour = Number(value);
    if (type === 'minute') clock.minute = Number(value);
  }
  const minute = clock.hour * 60 + clock.minute;
  return clock.day >= 0 && isMinute(minute) ? { day: clock.day, minute } : undefined;
}
