import { releaseQuota } from '../accounts/quotas.ts';
import { environmentsDocument } from '../browsers/documents.ts';
import type { AccountId, TokenId, UserId } from '../kernel/ids.ts';
import { mayDelete } from '../kernel/policy.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { passwordAttemptsDocument } from '../passwords/documents.ts';
import { enrolmentTriesDocument } from '../sign-in/enrolment/documents.ts';
import { knownSignInsDocument } from '../sign-in/rules/notices/documents.ts';
import { trustedBrowsersDocument } from '../sign-in/rules/trusted-browsers/documents.ts';
import type { IfMatchVersions } from '../store/records/etag.ts';
import { removeObject } from '../store/records/read-object.ts';
import { sweepIndex } from '../store/records/sweep-index.ts';
import { newOperation, transact } from '../store/transact.ts';
import { tokenIndexes } from '../tokens/documents.ts';
import { removeDeletedOwner } from '../tokens/remove-deleted-owner.ts';
import { releaseName } from '../users/claim-name.ts';
import { lastSignInsDocument, userDocument } from '../users/documents.ts';
import { userClaims } from '../users/user-names.ts';

/**
 * Deletes a user. Without the document no name finds the user, and no assignment and no result of theirs is valid
 * (SR-39). The clean-up that follows can be repeated: their tokens lose their owner under a new epoch, and their names
 * become free. A claim that stays behind is invalid.
 */
export async function deleteUser(
  ports: WritePorts,
  act: RequestContext,
  id: UserId,
  seen?: IfMatchVersions,
): Promise<Result<{ deleted: true }>> {
  const { account } = act.actor;
  const gone = await removeObject(
    ports,
    act,
    { type: 'user.deleted' },
    userDocument.key(id),
    'USER_NOT_FOUND',
    (user) => (mayDelete(act.actor, user) ? undefined : refusal('FORBIDDEN')),
    seen,
  );
  // Also for a deleted user: a repeated request finishes an interrupted deletion.
  await sweepIndex(ports, tokenIndexes.ofOwner(account, id), (token) =>
    removeDeletedOwner(ports, act, account, token as TokenId, id),
  );
  await forgetSignIns(ports, account, id);
  if (isRefusal(gone)) return gone;

  const { object: user } = gone;
  await releaseQuota(ports, account, 'users', id);
  for (const name of new Set([...userClaims(user), ...(user.claiming?.names ?? [])])) {
    await releaseName(ports, account, name, id);
  }
  await deleteCounters(ports, id);
  return { deleted: true };
}

/** The browsers and days of a deleted user's sign-ins. */
async function forgetSignIns(ports: WritePorts, account: AccountId, id: UserId): Promise<void> {
  const [known, trusted] = [environmentsDocument.key(id), trustedBrowsersDocument.key(id)];
  const [noticed, days] = [knownSignInsDocument.key(id), lastSignInsDocument.key(id)];
  const keys = [known, trusted, noticed, days, userDocument.key(id)] as const;
  await transact(ports, id, keys, ([seen, trust, notice, last, user]) => {
    const theirs = [
      ...(seen?.value.account === account ? [known] : []),
      ...(trust?.value.account === account ? [trusted] : []),
      ...(notice?.value.account === account ? [noticed] : []),
      ...(last?.value.account === account ? [days] : []),
    ];
    return { answer: undefined, ...(user === undefined && theirs.length > 0 && { write: { delete: theirs } }) };
  });
}

/** The counters of a deleted user. */
async function deleteCounters(ports: WritePorts, id: UserId): Promise<void> {
  for (const count of [passwordAttemptsDocument.key(id), enrolmentTriesDocument.key(id)]) {
    await ports.store.commit({
      anchor: count.anchor,
      operation: newOperation(ports),
      now: ports.clock.now(),
      expect: [],
      delete: [count],
    });
  }
}
