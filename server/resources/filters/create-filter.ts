import { createWithinQuota } from '../../accounts/quotas.ts';
import { referenceTo } from '../../kernel/actor.ts';
import { parseRange } from '../../kernel/addresses.ts';
import type { FilterId } from '../../kernel/ids.ts';
import { mayCreate } from '../../kernel/policy.ts';
import type { WritePorts } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import type { NewId } from '../../store/records/create-object.ts';
import { filterDocument } from '../documents.ts';
import { validateRule } from './evaluate-filters.ts';
import type { Filter, FilterRule } from './filter.ts';

export async function createFilter(
  ports: WritePorts,
  act: RequestContext,
  birth: NewId<FilterId>,
  input: { name: string; rule: FilterRule },
): Promise<Result<{ filter: Filter }>> {
  if (!mayCreate(act.actor)) return refusal('FORBIDDEN');
  const problems = validateRule(input.rule);
  if (problems.length > 0) return refusal('INPUT_INVALID', { field: 'rule', detail: problems.join('; ') });
  const rule = canonicalRule(input.rule);
  const { account } = act.actor;
  const filter: Filter = {
    id: birth.id,
    account,
    name: input.name,
    rule,
    createdAt: ports.clock.now(),
    createdBy: referenceTo(act.actor),
  };
  const key = filterDocument.key(birth.id);
  const made = await createWithinQuota(ports, act, 'filters', 'filter.created', birth, key, filter);
  return isRefusal(made) ? made : { filter: made.created };
}

/** One spelling for each range, so that two filters with the same meaning look the same (SR-25). */
export function canonicalRule(rule: FilterRule): FilterRule {
  return rule.kind === 'ip' ? { ...rule, ranges: rule.ranges.map((range) => parseRange(range) ?? range) } : rule;
}
