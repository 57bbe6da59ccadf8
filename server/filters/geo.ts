import type { GeoRule } from './filter.ts';

/** Region codes that the names data knows, though they are no countries. */
const NOT_COUNTRIES = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ']);
const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** @param country ISO 3166-1 alpha-2 of the address; undefined when no country has it */
export function geoAllows(rule: GeoRule, country: string | undefined): boolean {
  // As with the other filters, an empty one is a mistake, and a mistake does not let anybody in.
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
  // A code that was withdrawn is read as its successor, and so differs.
  return new Intl.Locale(`und-${code}`).maximize().region === code && names.of(code) !== undefined;
}
