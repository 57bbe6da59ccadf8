import type { GeoRule } from './filter.ts';

/** Region codes in the names data that are not countries. */
const NOT_COUNTRIES = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ']);
const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** @param country ISO 3166-1 alpha-2 of the address; undefined if it has no country */
export function geoAllows(rule: GeoRule, country: string | undefined): boolean {
  // As with the other filters, an empty list is a mistake, and a mistake denies.
  if (rule.countries.length === 0) return false;
  const code = country?.toUpperCase();
  if (code === undefined || !/^[A-Z]{2}$/.test(code)) return rule.unlocated === 'allow';
  return rule.countries.includes(code) === (rule.mode === 'allow');
}

export function geoProblems(rule: GeoRule): string[] {
  const problems = rule.countries.flatMap((code, at) =>
    isCountry(code) ? [] : [`country ${at + 1} is not an ISO 3166-1 alpha-2 code in upper case`],
  );
  if (rule.countries.length === 0) problems.push('a geo filter needs at least one country');
  return problems;
}

function isCountry(code: string): boolean {
  if (!/^[A-Z]{2}$/.test(code) || NOT_COUNTRIES.has(code)) return false;
  // A withdrawn code is read as its successor, and so differs.
  return new Intl.Locale(`und-${code}`).maximize().region === code && names.of(code) !== undefined;
}
