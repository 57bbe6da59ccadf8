import { canonicalAddress } from '../kernel/addresses.ts';
import type { FilterRule } from './filter.ts';
import { geoAllows, geoProblems } from './geo.ts';
import { ipAllows, ipProblems } from './ip.ts';
import { timeAllows, timeProblems } from './time.ts';

/** What is known of the person who signs in, from the caller that saw them; never of the caller itself. */
export interface Seen {
  /** Canonical. */
  address?: string;
  /** ISO 3166-1 alpha-2 of that address, when some country has it. */
  country?: string;
}

export type FilterVerdict = { allowed: true } | { allowed: false; by: FilterRule['kind'] };

/**
 * All filters of a resource have to allow; the first that does not is named. One that needs an address denies when none
 * is given or it is not canonical (SR-25), and a rule that cannot be read denies.
 *
 * @param now milliseconds since the epoch
 */
export function judgeFilters(rules: readonly FilterRule[], seen: Seen, now: number): FilterVerdict {
  const refusing = rules.find((rule) => !allows(rule, seen, now));
  return refusing ? { allowed: false, by: refusing.kind } : { allowed: true };
}

/** What is wrong with a rule, by place and never by value, for the administrator who writes it; empty if nothing is. */
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

function allows(rule: FilterRule, seen: Seen, now: number): boolean {
  if (rule.kind === 'time') return timeAllows(rule, now);
  const { address, country } = seen;
  if (address === undefined || canonicalAddress(address) !== address) return false;
  switch (rule.kind) {
    case 'geo':
      return geoAllows(rule, country);
    case 'ip':
      return ipAllows(rule, address);
    default:
      // A kind this release does not know, from a newer one's data: never a way in.
      return false;
  }
}
