import type { RefusalCode } from '@countersign/protocol/codes';
import type { Filter, FilterRule } from '../filters/filter.ts';
import { judgeFilters, type Seen } from '../filters/judge.ts';
import type { FilterId } from '../kernel/ids.ts';
import type { Resource } from '../resources/resource.ts';

/** What decides whether anybody at all is authenticated on a resource, as it was read. */
export interface AccessFacts {
  planActive: boolean;
  resource: Resource;
  /** The resource's, in the order in which they are judged; undefined where one is gone, or another account's. */
  filters: readonly { id: FilterId; filter: Filter | undefined }[];
}

export type AccessCheck = { passed: true } | { passed: false; code: RefusalCode };

export type NamedAccessCheck = AccessCheck &
  ({ check: 'plan' } | { check: 'resource' } | { check: 'filter'; id: FilterId; rule: FilterRule | undefined });

/**
 * The checks that come before anything about a person, one after the other; the first that fails is the answer. They are
 * made as they are asked for, so that whoever stops there does no more.
 *
 * @param see what is known of the person who signs in; asked for only where a filter has to be judged
 */
export function* accessChecks(facts: AccessFacts, see: () => Seen, now: number): Generator<NamedAccessCheck> {
  yield { check: 'plan', ...judged(facts.planActive, 'PLAN_INACTIVE') };
  yield { check: 'resource', ...judged(facts.resource.enabled, 'RESOURCE_DISABLED') };
  for (const { id, filter } of facts.filters) {
    const rule = filter?.rule;
    // A filter that is attached but gone denies: it may have been the one that says no.
    const allowed = rule !== undefined && judgeFilters([rule], see(), now).allowed;
    yield { check: 'filter', id, rule, ...judged(allowed, 'FILTER_DENIED') };
  }
}

function judged(passed: boolean, code: RefusalCode): AccessCheck {
  return passed ? { passed } : { passed, code };
}
