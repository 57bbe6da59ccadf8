import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { FilterId } from '../../kernel/ids.ts';
import { mayActOn, mayChangeFilter } from '../../kernel/policy.ts';
import type { WritePorts } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal, wrongInput } from '../../kernel/result.ts';
import type { IfMatchVersions } from '../../store/records/etag.ts';
import { editObject, readObject } from '../../store/records/read-object.ts';
import { filterDocument } from '../documents.ts';
import { currentHolders } from './attach-filters.ts';
import { canonicalRule } from './create-filter.ts';
import { validateRule } from './evaluate-filters.ts';
import type { Filter, FilterRule } from './filter.ts';
import type { Holder } from './filter-usage.ts';

export interface FilterChanges {
  name?: string | undefined;
  /** Must have the kind of the old rule, because resources use it in the field of that kind. */
  rule?: FilterRule | undefined;
}

/** Changes a filter, and with it the rules of every resource that uses it. */
export async function updateFilter(
  ports: WritePorts,
  act: RequestContext,
  id: FilterId,
  { name, rule }: FilterChanges,
  seen?: IfMatchVersions,
): Promise<Result<{ object: Filter }>> {
  const problems = rule === undefined ? [] : validateRule(rule);
  const key = filterDocument.key(id);
  const found = await readObject(ports, act.actor.account, key, 'FILTER_NOT_FOUND');
  if (isRefusal(found)) return found;
  const { holders = [] } = found.object;
  const standing = rule === undefined ? [] : await currentHolders(ports, id, holders);
  return editObject(
    ports,
    act,
    { type: 'filter.updated' },
    key,
    'FILTER_NOT_FOUND',
    (filter) => {
      if (!mayChangeFilter(act.actor, filter)) return refusal('FORBIDDEN');
      // Also check resources that attached the filter after the list was read.
      const since = (filter.holders ?? [])
        .filter((holder) => !isAmong(holder, holders))
        .map(({ resource }) => resource);
      if (rule && ![...standing, ...since].every((resource) => mayActOn(act.actor, resource)))
        return refusal('FORBIDDEN');
      if (problems.length > 0) return refusal('INPUT_INVALID', { field: 'rule', detail: problems.join('; ') });
      if (rule && rule.kind !== filter.rule.kind) {
        return wrongInput('rule/kind', 'a filter stays of its kind');
      }
      return { ...filter, ...omitUndefined({ name }), ...(rule && { rule: canonicalRule(rule) }) };
    },
    seen,
  );
}

function isAmong(holder: Holder, looked: readonly Holder[]): boolean {
  return looked.some(({ resource, at }) => resource === holder.resource && at === holder.at);
}
