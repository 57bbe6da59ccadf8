import { maySee } from '../../kernel/policy.ts';
import type { ReadPorts } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { type ListQuery, listRange } from '../../store/records/list-named.ts';
import { listObjects, type Page } from '../../store/records/list-objects.ts';
import { filterDocument, filterIndexes } from '../documents.ts';
import type { Filter } from './filter.ts';

export async function listFilters(
  ports: ReadPorts,
  { actor }: RequestContext,
  query: ListQuery & { kind?: Filter['rule']['kind'] | undefined },
): Promise<Result<Page<Filter>>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const { kind } = query;
  const range = listRange(query, filterIndexes.names(account), filterIndexes.created(account));
  const where = kind && ((filter: Filter) => filter.rule.kind === kind);
  return listObjects(ports, { ...range, account, key: filterDocument.key, where });
}
