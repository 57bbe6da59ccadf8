import { releaseQuota } from '../../accounts/quotas.ts';
import type { FilterId } from '../../kernel/ids.ts';
import { mayDelete } from '../../kernel/policy.ts';
import type { WritePorts } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import type { IfMatchVersions } from '../../store/records/etag.ts';
import { readObject, removeObject } from '../../store/records/read-object.ts';
import { filterDocument } from '../documents.ts';
import { currentHolders } from './attach-filters.ts';

/**
 * Deletes a filter that no resource uses. The filter itself holds its users: a resource is recorded on it before it
 * names it, so of an attachment and a deletion at the same time one finds the other. If a filter is missing
 * nevertheless, its resources deny.
 */
export async function deleteFilter(
  ports: WritePorts,
  act: RequestContext,
  id: FilterId,
  seen?: IfMatchVersions,
): Promise<Result<{ deleted: true }>> {
  const key = filterDocument.key(id);
  const found = await readObject(ports, act.actor.account, key, 'FILTER_NOT_FOUND');
  if (isRefusal(found)) return found;
  const holders = found.object.holders ?? [];
  const standing = await currentHolders(ports, id, holders);
  const gone = await removeObject(
    ports,
    act,
    { type: 'filter.deleted' },
    key,
    'FILTER_NOT_FOUND',
    (filter) => {
      if (!mayDelete(act.actor, filter)) return refusal('FORBIDDEN');
      const looked = JSON.stringify(filter.holders ?? []) === JSON.stringify(holders);
      // Another resource was recorded since the others were read.
      return standing.length > 0 || !looked ? refusal('FILTER_IN_USE') : undefined;
    },
    seen,
  );
  if (isRefusal(gone)) return gone;
  await releaseQuota(ports, act.actor.account, 'filters', id);
  return { deleted: true };
}
