import { maySee, visibleResources } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { type ListQuery, listRange } from '../store/records/list-named.ts';
import { listObjects, type Page } from '../store/records/list-objects.ts';
import { resourceDocument, resourceIndexes } from './documents.ts';
import { listGranted } from './list-granted.ts';
import type { Resource } from './resource.ts';

export async function listResources(
  ports: ReadPorts,
  { actor }: RequestContext,
  query: ListQuery,
): Promise<Result<Page<Resource>>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const range = listRange(query, resourceIndexes.names(account), resourceIndexes.created(account));
  const visible = visibleResources(actor);
  if (visible) return listGranted(ports, account, visible, range);
  return listObjects(ports, { ...range, account, key: resourceDocument.key });
}
