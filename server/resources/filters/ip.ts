import { inAnyRange, parseRange } from '../../kernel/addresses.ts';
import type { IpRule } from './filter.ts';

/** @param address canonical */
export function ipAllows(rule: IpRule, address: string): boolean {
  const held = inAnyRange(address, rule.ranges);
  // An invalid range might have contained the address, and a denying rule without ranges was meant to deny something.
  if (held === undefined || rule.ranges.length === 0) return false;
  return held === (rule.mode === 'allow');
}

export function ipProblems(rule: IpRule): string[] {
  const problems = rule.ranges.flatMap((range, at) =>
    parseRange(range) === undefined ? [`range ${at + 1} is not an address or a CIDR range`] : [],
  );
  if (rule.ranges.length === 0) problems.push('an IP filter needs at least one range');
  return problems;
}
