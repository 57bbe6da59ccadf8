import type { Weekday } from '@countersign/protocol/filters';
import type { ActorReference } from '../../kernel/actor.ts';
import type { AccountId, FilterId } from '../../kernel/ids.ts';
import type { Holder } from './filter-usage.ts';

export interface GeoRule {
  kind: 'geo';
  /** `allow`: only these countries. `deny`: all but these. */
  mode: 'allow' | 'deny';
  /** ISO 3166-1 alpha-2, upper case. */
  countries: string[];
  /** Whether addresses without a country (private, loopback, link-local, unknown) pass. Always explicit. */
  unlocated: 'allow' | 'deny';
}

export interface TimeRule {
  kind: 'time';
  /** IANA zone. */
  zone: string;
  /**
   * Sign-in is allowed inside any of these. Wall-clock minutes of the day in the zone: `fromMinute` included,
   * `toMinute` excluded, 0 to 1440; `toMinute` below `fromMinute` runs past midnight and belongs to the day it began
   * on. A wall-clock time that daylight saving repeats counts both times; a skipped one never occurs.
   */
  windows: { days: Weekday[]; fromMinute: number; toMinute: number }[];
}

export interface IpRule {
  kind: 'ip';
  mode: 'allow' | 'deny';
  /** CIDR ranges or single addresses, IPv4 or IPv6, kept in canonical form. */
  ranges: string[];
}

export type FilterRule = GeoRule | TimeRule | IpRule;

/** An object of the account, attached to resources by id. */
export interface Filter {
  id: FilterId;
  account: AccountId;
  name: string;
  rule: FilterRule;
  /** The resources that use it or are attaching it. A filter with any cannot be deleted. */
  holders?: Holder[];
  createdAt: number;
  createdBy: ActorReference;
}
