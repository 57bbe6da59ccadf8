import { releaseQuota } from '../accounts/quotas.ts';
import type { ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import { MAIL_LANGUAGES } from '../kernel/mail.ts';
import { mayCreateResource } from '../kernel/policy.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import type { DocumentKey } from '../kernel/ports/store.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { reindex } from '../store/index-entries.ts';
import type { IfMatchVersions } from '../store/records/etag.ts';
import { removeObject } from '../store/records/read-object.ts';
import { sweepIndex } from '../store/records/sweep-index.ts';
import { transact } from '../store/transact.ts';
import { unassignDirect } from '../tokens/assignments.ts';
import { tokenDocument, tokenIndexes } from '../tokens/documents.ts';
import { unassignAll } from '../users/assignments.ts';
import { userDocument, userIndexes } from '../users/documents.ts';
import { hookDocument, logoDocument, resourceDocument, textsDocument } from './documents.ts';
import { detachFilters, filtersOf } from './filters/attach-filters.ts';
import { refusedOn } from './resource-access.ts';

/**
 * Deletes a resource. Without its document no sign-in to it succeeds, whatever is assigned to it: flows under way end,
 * and its results are void (SR-39). Assignments and filters are cleaned up afterwards, as far as one request gets; the
 * rest has no effect, and a repeated deletion continues with it.
 */
export async function deleteResource(
  ports: WritePorts,
  act: RequestContext,
  id: ResourceId,
  seen?: IfMatchVersions,
): Promise<Result<{ deleted: true }>> {
  const { account } = act.actor;
  const gone = await removeObject(
    ports,
    act,
    { type: 'resource.deleted', resource: id },
    resourceDocument.key(id),
    'RESOURCE_NOT_FOUND',
    () => refusedOn(act, id, mayCreateResource(act.actor)),
    seen,
  );
  if (isRefusal(gone) && gone.refused !== 'RESOURCE_NOT_FOUND') return gone;
  if (!isRefusal(gone)) {
    await releaseQuota(ports, account, 'resources', id);
    await detachFilters(ports, id, filtersOf(gone.object));
  }
  if (!(await isGone(ports, id))) return isRefusal(gone) ? gone : { deleted: true };

  const texts = MAIL_LANGUAGES.map((language) => textsDocument.key(id, language));
  const beside = [logoDocument.key(id), hookDocument.key(id), ...texts];
  await transact(ports, id, beside, (stored) => {
    const left = beside.filter((_, at) => stored[at] !== undefined);
    return { answer: undefined, ...(left.length > 0 && { write: { delete: left } }) };
  });
  await sweepIndex(ports, userIndexes.onResource(account, id), (user) =>
    tidy(ports, userDocument.key(user as UserId), (one) => unassignAll(one, id)),
  );
  await sweepIndex(ports, tokenIndexes.onResource(account, id), (token) =>
    tidy(ports, tokenDocument.key(token as TokenId), (one) => unassignDirect(one, id)),
  );
  return isRefusal(gone) ? gone : { deleted: true };
}

/** False for a resource of another account: it looks like one that never existed, but must not be cleaned up. */
async function isGone(ports: WritePorts, id: ResourceId): Promise<boolean> {
  const [stored] = await ports.store.getMany([resourceDocument.key(id)], ports.clock.now());
  return stored === undefined;
}

/** No event: the removed assignment has had no effect since the resource was deleted. */
async function tidy<T extends object>(ports: WritePorts, key: DocumentKey<T>, edit: (object: T) => T): Promise<void> {
  await transact(ports, key.anchor, [key], ([stored]) => {
    if (!stored) return { answer: undefined };
    const object = stored.value as T;
    const next = edit(object);
    return {
      answer: undefined,
      write: { put: [{ key, value: next }], index: reindex(key, object, next) },
    };
  });
}
