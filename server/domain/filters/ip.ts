import { inRange, parseRange } from '../addresses.ts';
import type { IpRule } from '../filter.ts';

/** @param address canonical */
export function ipAllows(rule: IpRule, address: string): boolean {
  // A range that cannot be read holds no address, which would let everybody past a denying rule.
  if (ipProblems(rule).length > 0) return false;
  return rule.ranges.some((range) => inRange(address, range)) === (rule.mode === 'allow');
}

export function ipProblems(rule: IpRule): string[] {
  const problems = rule.ranges
    .filter((range) => parseRange(range) === undefined)
    .map((range) => `"${range}" is not an address or a CIDR range`);
  if (rule.ranges.length === 0) problems.push('an IP filter needs at least one range');
  return problems;
}
