import type { TokenId, UserId } from '../kernel/ids.ts';
import { mayDelete } from '../kernel/policy.ts';
import type { SecretPorts, WritePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { reindex } from '../store/index-entries.ts';
import { type IfMatchVersions, isUnchangedSince } from '../store/records/etag.ts';
import { readObject, removeObject } from '../store/records/read-object.ts';
import { transact } from '../store/transact.ts';
import { unassignToken } from '../users/assignments.ts';
import { userDocument } from '../users/documents.ts';
import { tokenDocument } from './documents.ts';
import { endShownFactors } from './end-shown-factors.ts';
import { actionsOf } from './kinds/actions.ts';
import { storeSpentSeed } from './spent-seeds.ts';
import { rememberToken } from './token-history.ts';

/**
 * Deletes a token. Only an administrator can delete the token that they sign in with. First mark its owner as a user
 * who had one, and store how far its codes were used up, for its seed. Assignments that named it are void from then on,
 * and cleaned up afterwards.
 */
export async function deleteToken(
  ports: SecretPorts,
  act: RequestContext,
  id: TokenId,
  seen?: IfMatchVersions,
): Promise<Result<{ deleted: true }>> {
  const { actor } = act;
  const found = await readObject(ports, actor.account, tokenDocument.key(id), 'TOKEN_NOT_FOUND');
  if (isRefusal(found)) return found;
  if (!mayDelete(actor, found.object)) return refusal('FORBIDDEN');
  const { owner } = found.object;
  if (owner !== undefined) {
    await rememberToken(ports, found.object, owner);
    if (isUnchangedSince(found.object, seen)) await endShownFactors(ports, { id: owner, account: actor.account });
  }
  await storeSpentSeed(ports, found.object);
  const gone = await removeObject(
    ports,
    act,
    { type: 'token.deleted' },
    tokenDocument.key(id),
    'TOKEN_NOT_FOUND',
    (token) => {
      if (!mayDelete(actor, token)) return refusal('FORBIDDEN');
      // The stored marks are of this owner and this counter.
      const isAsKept = token.owner === owner && token.nextCounter === found.object.nextCounter;
      return isAsKept ? undefined : refusal('CONTENTION');
    },
    seen,
  );
  if (isRefusal(gone)) return gone;
  await actionsOf(gone.object).afterDeletion?.(ports, gone.object);
  if (owner !== undefined) await forgetPairs(ports, owner, id);
  return { deleted: true };
}

/** No event: these assignments have been void since the token was deleted. */
async function forgetPairs(ports: WritePorts, owner: UserId, token: TokenId): Promise<void> {
  const key = userDocument.key(owner);
  await transact(ports, key.anchor, [key], ([stored]) => {
    const user = stored?.value;
    const on = user?.assignments.filter(({ tokens }) => tokens.some((pair) => pair.token === token)) ?? [];
    if (!user || on.length === 0) return { answer: undefined };
    const next = on.reduce((edited, { resource }) => unassignToken(edited, resource, token), user);
    return {
      answer: undefined,
      write: { put: [{ key, value: next }], index: reindex(key, user, next) },
    };
  });
}
