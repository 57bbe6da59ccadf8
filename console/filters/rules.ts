import { WEEKDAYS, type Weekday } from '@countersign/protocol/filters';
import { parseUrl } from '@countersign/protocol/parse-url';
/** The rule of a filter, as in the API. */
export interface GeoRule {
  kind: 'geo';
  mode: 'allow' | 'deny';
  countries: readonly string[];
  unlocated: 'allow' | 'deny';
}
export interface TimeRule {
  kind: 'time';
  zone: string;
  windows: readonly TimeWindow[];
}
export interface IpRule {
  kind: 'ip';
  mode: 'allow' | 'deny';
  ranges: readonly string[];
}
export type Rule = GeoRule | TimeRule | IpRule;

export interface TimeWindow {
  days: readonly Weekday[];
  fromMinute: number;
  toMinute: number;
}

export const DAY_MINUTES = 1_440;
export const MAX_WINDOWS = 50;

/** Regions that `Intl` names but that are not countries. */
const NOT_COUNTRIES = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ']);
const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

export interface Country {
  code: string;
  name: string;
}

/** All countries by name. The names come from the browser, so no list is downloaded. */
export function countriesIn(lang: string): Country[] {
  const names = new Intl.DisplayNames(lang, { type: 'region', fallback: 'none' });
  const codes = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));
  const found = codes.flatMap((code) => {
    const name = isCountry(code) ? names.of(code) : undefined;
    return name === undefined ? [] : [{ code, name }];
  });
  return found.sort((one, other) => one.name.localeCompare(other.name, lang));
}

function isCountry(code: string): boolean {
  // A withdrawn code resolves to its successor.
  return !NOT_COUNTRIES.has(code) && new Intl.Locale(`und-${code}`).maximize().region === code;
}

/** Folds accents and case, for comparison with typed text. */
function plainText(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
}

/** Whether a country matches the typed text. */
export function isLike({ code, name }: Country, typed: string): boolean {
  const plain = plainText(typed);
  return plain === '' || code.toLowerCase() === plain || plainText(name).includes(plain);
}

/** The allowed slots of the week, each one step long. */
export type Week = ReadonlySet<number>;

export const STEPS = [60, 30, 15] as const;
export type Step = (typeof STEPS)[number];

export function slotsOf(step: Step): number {
  return DAY_MINUTES / step;
}

/** The longest step that fits all windows; undefined if they are too fine to draw. */
export function stepOf(windows: readonly TimeWindow[]): Step | undefined {
  return STEPS.find((step) => windows.every((one) => one.fromMinute % step === 0 && one.toMinute % step === 0));
}

/** Converts windows to slots of the week; a window past midnight continues on the next day. */
export function weekOf(windows: readonly TimeWindow[], step: Step): Set<number> {
  const slots = slotsOf(step);
  const all = slots * WEEKDAYS.length;
  const week = new Set<number>();
  for (const { days, fromMinute, toMinute } of windows) {
    const end = toMinute < fromMinute ? toMinute + DAY_MINUTES : toMinute;
    for (const day of days) {
      const start = WEEKDAYS.indexOf(day) * slots;
      for (let minute = fromMinute; minute < end; minute += step) week.add((start + minute / step) % all);
    }
  }
  return week;
}

/** Converts slots of the week to windows; days with the same hours share one. */
export function windowsOf(week: Week, step: Step): TimeWindow[] {
  const slots = slotsOf(step);
  const byTimes = new Map<string, { days: Weekday[]; fromMinute: number; toMinute: number }>();
  WEEKDAYS.forEach((day, at) => {
    for (let slot = 0; slot < slots; slot++) {
      if (!week.has(at * slots + slot)) continue;
      const from = slot;
      while (slot + 1 < slots && week.has(at * slots + slot + 1)) slot++;
      const [fromMinute, toMinute] = [from * step, (slot + 1) * step];
      const key = `${fromMinute} ${toMinute}`;
      const known = byTimes.get(key);
      if (known) known.days.push(day);
      else byTimes.set(key, { days: [day], fromMinute, toMinute });
    }
  });
  return [...byTimes.values()].sort((one, other) => one.fromMinute - other.fromMinute);
}

/** `08:30`; the end of the day is `24:00`. */
export function clockText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

const RANGE = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;

/** Whether a text looks like an address or a CIDR range. The service normalizes it. */
export function isRange(text: string): boolean {
  const [, address = '', length] = RANGE.exec(text) ?? [];
  if (address === '') return false;
  const isOld = IPV4.test(address);
  if (!isOld && !(address.includes(':') && parseUrl(`http://[${address}]/`) !== undefined)) return false;
  return length === undefined || Number(length) <= (isOld ? 32 : 128);
}
