import { mayChangeFilter } from '../domain/authority.ts';
import type { Filter, FilterRule } from '../domain/filter.ts';
import { validateRule } from '../domain/filters/judge.ts';
import type { FilterId } from '../domain/ids.ts';
import type { SeenVersions } from '../domain/object-version.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import type { Act } from './act.ts';
import { canonicalRule } from './create-filter.ts';
import { editObject } from './read-object.ts';
import { refusal, type Verdict } from './verdict.ts';

export interface FilterChanges {
  name?: string | undefined;
  /** Of the same kind as before, since resources have it in the place for that kind. */
  rule?: FilterRule | undefined;
}

/** Changes a filter, and with it the rules of every resource that has it. */
export async function updateFilter(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: Act,
  id: FilterId,
  { name, rule }: FilterChanges,
  seen?: SeenVersions,
): Promise<Verdict<{ object: Filter }>> {
  const problems = rule === undefined ? [] : validateRule(rule);
  const key = documents.filter(id);
  return editObject(
    ports,
    act,
    { type: 'filter.updated' },
    key,
    'FILTER_NOT_FOUND',
    (filter) => {
      if (!mayChangeFilter(act.actor, filter)) return refusal('FORBIDDEN');
      if (problems.length > 0) return refusal('INPUT_INVALID', { detail: problems.join('; ') });
      if (rule && rule.kind !== filter.rule.kind) {
        return refusal('INPUT_INVALID', { detail: 'rule/kind: a filter stays of its kind' });
      }
      return { ...filter, ...(name !== undefined && { name }), ...(rule && { rule: canonicalRule(rule) }) };
    },
    seen,
  );
}
