import { canonicalAddress } from '../../kernel/addresses.ts';
import type { FilterRule } from './filter.ts';
import { geoAllows, geoProblems } from './geo.ts';
import { ipAllows, ipProblems } from './ip.ts';
import { timeAllows, timeProblems } from './time.ts';

/** Facts about the user who signs in, reported by the caller; never about the caller itself. */
export interface FilterInput {
  /** Canonical. */
  address?: string;
  /** ISO 3166-1 alpha-2 of that address, if it has a country. */
  country?: string;
}

export type FilterCheck = { allowed: true } | { allowed: false; by: FilterRule['kind'] };

/**
 * All filters of a resource have to allow; the first that refuses is named. A filter that needs an address denies if it
 * is missing or not canonical (SR-25), and an invalid rule denies.
 *
 * @param now milliseconds since the epoch
 */
export function evaluateFilters(rules: readonly FilterRule[], seen: FilterInput, now: number): FilterCheck {
  const refusing = rules.find((rule) => !allows(rule, seen, now));
  return refusing ? { allowed: false, by: refusing.kind } : { allowed: true };
}

/**
 * The problems of a rule, by position and never by value, for the administrator who writes it; empty if it is valid.
 */
export function validateRule(rule: FilterRule): string[] {
  switch (rule.kind) {
    case 'geo':
      return geoProblems(rule);
    case 'time':
      return timeProblems(rule);
    case 'ip':
      return ipProblems(rule);
  }
}

function allows(rule: FilterRule, seen: FilterInput, now: number): boolean {
  if (rule.kind === 'time') return timeAllows(rule, now);
  const { address, country } = seen;
  if (address === undefined || canonicalAddress(address) !== address) return false;
  switch (rule.kind) {
    case 'geo':
      return geoAllows(rule, country);
    case 'ip':
      return ipAllows(rule, address);
    default:
      // A kind unknown to this release, from a newer one's data: it must deny.
      return false;
  }
}
