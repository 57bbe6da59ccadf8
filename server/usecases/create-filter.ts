import type { Filter, FilterRule } from '../domain/filter.ts';
import { validateRule } from '../domain/filters/judge.ts';
import type { AccountId, FilterId } from '../domain/ids.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { indexes } from '../ports/indexes.ts';
import { type Birth, createObject } from './create-object.ts';
import { isRefusal, refusal, type Verdict } from './verdict.ts';

export async function createFilter(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  birth: Birth<FilterId>,
  account: AccountId,
  input: { name: string; rule: FilterRule },
): Promise<Verdict<{ filter: Filter }>> {
  const problems = validateRule(input.rule);
  if (problems.length > 0) return refusal('INPUT_INVALID', { detail: problems.join('; ') });
  const filter: Filter = { id: birth.id, account, ...input, createdAt: ports.clock.now() };
  const made = await createObject(ports, birth, documents.filter(birth.id), indexes.filters(account), filter);
  return isRefusal(made) ? made : { filter: made.created };
}
