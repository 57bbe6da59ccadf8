import type { RefusalCode } from '@countersign/protocol/codes';
import type { FilterId } from '../kernel/ids.ts';
import { evaluateFilters, type FilterInput } from '../resources/filters/evaluate-filters.ts';
import type { Filter, FilterRule } from '../resources/filters/filter.ts';
import type { Resource } from '../resources/resource.ts';

/** The facts that decide whether any user can be authenticated on a resource, as read. */
export interface AccessFacts {
  planActive: boolean;
  resource: Resource;
  /**
   * The resource's filters, in the order of their evaluation; undefined if one is gone, or belongs to another account.
   */
  filters: readonly { id: FilterId; filter: Filter | undefined }[];
}

type AccessCheck = { passed: true } | { passed: false; code: RefusalCode };

type NamedAccessCheck = AccessCheck &
  ({ check: 'plan' } | { check: 'resource' } | { check: 'filter'; id: FilterId; rule: FilterRule | undefined });

/**
 * The checks that come before anything about a user; the first that fails decides. They are evaluated lazily, so that a
 * refusal does no further work.
 *
 * @param see reads the filter input for the user; called only if there is a filter
 */
export function* accessChecks(facts: AccessFacts, see: () => FilterInput, now: number): Generator<NamedAccessCheck> {
  yield { check: 'plan', ...checkResult(facts.planActive, 'PLAN_INACTIVE') };
  yield { check: 'resource', ...checkResult(facts.resource.enabled, 'RESOURCE_DISABLED') };
  for (const { id, filter } of facts.filters) {
    const rule = filter?.rule;
    // An attached filter that no longer exists denies: it may have been the one that would.
    const allowed = rule !== undefined && evaluateFilters([rule], see(), now).allowed;
    yield { check: 'filter', id, rule, ...checkResult(allowed, 'FILTER_DENIED') };
  }
}

export function checkResult(passed: boolean, code: RefusalCode): AccessCheck {
  return passed ? { passed } : { passed, code };
}
