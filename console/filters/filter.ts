import { WEEKDAYS, type Weekday } from '@countersign/protocol/filters';
import type { SessionView } from '@countersign/protocol/session';
import type { Fields } from '../service/conflict.ts';
import { canDelete } from '../shared/user.ts';
import { t } from './i18n.ts';
import { clockText, countriesIn, type GeoRule, type Rule, type TimeRule } from './rules.ts';

export const FILTERS = '/console/filters';

/** A filter as the API shows it. */
export interface FilterView extends Fields {
  id: string;
  name: string;
  rule: Rule;
  createdAt: number;
  createdBy: { kind: string; id?: string };
}

/** The part of a resource that concerns filters. */
export interface ResourceFilters {
  id: string;
  name: string;
  geoFilter: string | null;
  timeFilter: string | null;
  ipFilter: string | null;
}

export function usesFilter({ geoFilter, timeFilter, ipFilter }: ResourceFilters, id: string): boolean {
  return geoFilter === id || timeFilter === id || ipFilter === id;
}

/** Whether this administrator may change the filter; the service enforces it. */
export function mayChange(session: SessionView, { createdBy }: FilterView): boolean {
  return canDelete(session, { createdBy });
}

export function emptyRule(kind: Rule['kind']): Rule {
  if (kind === 'geo') return { kind, mode: 'allow', countries: [], unlocated: 'deny' };
  if (kind === 'ip') return { kind, mode: 'allow', ranges: [] };
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { kind, zone, windows: [{ days: WEEKDAYS.slice(0, 5), fromMinute: 480, toMinute: 1080 }] };
}

/** A rule on one line. */
export function ruleText(rule: Rule, lang: string): string {
  if (rule.kind === 'time') return `${windowTexts(rule).join('; ')} (${rule.zone})`;
  if (rule.kind === 'ip')
    return `${t(rule.mode === 'allow' ? 'modeAllowIp' : 'modeDenyIp')}: ${rule.ranges.join(', ')}`;
  return `${t(rule.mode === 'allow' ? 'modeAllowGeo' : 'modeDenyGeo')}: ${countryNames(rule, lang).join(', ')}`;
}

function countryNames({ countries }: GeoRule, lang: string): string[] {
  const names = new Map(countriesIn(lang).map(({ code, name }) => [code, name]));
  return countries.map((code) => names.get(code) ?? code);
}

/** `Monday to Friday 08:00–18:00`, window by window. */
export function windowTexts({ windows }: Pick<TimeRule, 'windows'>): string[] {
  return windows.map(
    ({ days, fromMinute, toMinute }) => `${daysText(days)} ${clockText(fromMinute)}–${clockText(toMinute)}`,
  );
}

function daysText(days: readonly Weekday[]): string {
  const at = days.map((day) => WEEKDAYS.indexOf(day)).sort((one, other) => one - other);
  const [first, last] = [at[0], at.at(-1)];
  const isSpan = first !== undefined && last !== undefined && at.length > 2 && last - first === at.length - 1;
  if (isSpan) return t('daysSpan', { first: t(WEEKDAYS[first] ?? 'mon'), last: t(WEEKDAYS[last] ?? 'sun') });
  return at.map((one) => t(WEEKDAYS[one] ?? 'mon')).join(', ');
}
