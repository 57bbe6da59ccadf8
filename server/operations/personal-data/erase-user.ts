import { releaseQuota } from '../../accounts/quotas.ts';
import { environmentsDocument } from '../../browsers/documents.ts';
import { hasEvents } from '../../events/list-events.ts';
import { referenceTo } from '../../kernel/actor.ts';
import type { TokenId, UserId } from '../../kernel/ids.ts';
import { mayAdminister } from '../../kernel/policy.ts';
import type { ArchivePorts, Ports } from '../../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { passwordAttemptsDocument } from '../../passwords/documents.ts';
import { enrolmentLinkDocument, enrolmentTriesDocument } from '../../sign-in/enrolment/documents.ts';
import { passwordResetDocument } from '../../sign-in/recovery/password-reset/documents.ts';
import { unlockLinkDocument } from '../../sign-in/recovery/unlock/documents.ts';
import { knownSignInsDocument } from '../../sign-in/rules/notices/documents.ts';
import { trustedBrowsersDocument } from '../../sign-in/rules/trusted-browsers/documents.ts';
import { reindex } from '../../store/index-entries.ts';
import { sweepIndex } from '../../store/records/sweep-index.ts';
import { type Decision, newOperation, transact } from '../../store/transact.ts';
import { deleteToken } from '../../tokens/delete-token.ts';
import { tokenIndexes } from '../../tokens/documents.ts';
import { releaseName } from '../../users/claim-name.ts';
import { lastSignInsDocument, userDocument } from '../../users/documents.ts';
import type { User } from '../../users/user.ts';
import { userClaims } from '../../users/user-names.ts';
import { erasureDocument } from './documents.ts';
import type { Erasure } from './erasure.ts';

export type ErasurePorts = ArchivePorts & Pick<Ports, 'secrets'>;

/**
 * Erases a user, also one who was deleted. One commit deletes the user and records who asked for it; tokens, browsers
 * and names follow at once, the personal parts of past events in the background. Repeated after its end, it begins again.
 */
export async function eraseUser(
  ports: ErasurePorts,
  act: RequestContext,
  id: UserId,
): Promise<Result<{ erasure: Erasure }>> {
  const { account } = act.actor;
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  const [user, key] = [userDocument.key(id), erasureDocument.key(id)];
  const [found] = await ports.store.getMany([user], ports.clock.now());
  // A user of another account, whose erasure would be taken away from it, is none of this one.
  const isKnown = found
    ? found.value.account === account
    : await hasEvents(ports, account, id, Number.POSITIVE_INFINITY);
  if (!isKnown) return refusal('USER_NOT_FOUND');
  const begun = await transact(
    ports,
    id,
    [user, key],
    ([stored, before], now): Decision<Result<{ erasure: Erasure; isDeleted: boolean }>> => {
      const isOthers = [stored, before].some((one) => one && one.value.account !== account);
      if (isOthers) return { answer: refusal('USER_NOT_FOUND') };
      const isRunning = before !== undefined && before.value.doneAt === undefined;
      if (isRunning && !stored) return { answer: { erasure: before.value, isDeleted: false } };
      const erasure: Erasure = {
        id,
        account,
        requestedAt: now,
        requestedBy: referenceTo(act.actor),
        names: stored ? namesOf(stored.value) : [],
        replacing: before?.value.replacing ?? [],
      };
      return {
        answer: { erasure, isDeleted: stored !== undefined },
        write: {
          put: [{ key, value: erasure }],
          delete: stored ? [user] : [],
          index: [...reindex(key, before?.value, erasure), ...(stored ? reindex(user, stored.value, undefined) : [])],
          append: [
            ...(stored ? [createEvent(act, { type: 'user.deleted', subject: id }, now)] : []),
            createEvent(act, { type: 'user.erased', subject: id }, now),
          ],
        },
      };
    },
  );
  if (isRefusal(begun)) return begun;
  if (begun.isDeleted) await releaseQuota(ports, account, 'users', id);
  await removeUserData(ports, act, begun.erasure);
  return { erasure: begun.erasure };
}

/** Tokens, names and all that is stored with the user. Returns whether nothing is left. */
export async function removeUserData(ports: ErasurePorts, act: RequestContext, erasure: Erasure): Promise<boolean> {
  const { account, id } = erasure;
  const owned = tokenIndexes.ofOwner(account, id);
  await sweepIndex(ports, owned, (token) => deleteToken(ports, act, token as TokenId));
  for (const name of erasure.names) await releaseName(ports, account, name, id);
  const keys = [
    environmentsDocument,
    trustedBrowsersDocument,
    knownSignInsDocument,
    lastSignInsDocument,
    enrolmentLinkDocument,
    enrolmentTriesDocument,
    passwordResetDocument,
    unlockLinkDocument,
    passwordAttemptsDocument,
  ];
  for (const one of keys.map(({ key }) => key(id))) {
    await ports.store.commit({
      anchor: one.anchor,
      operation: newOperation(ports),
      now: ports.clock.now(),
      expect: [],
      delete: [one],
    });
  }
  return (await ports.store.range(owned, { limit: 1 })).length === 0;
}

function namesOf(user: User): string[] {
  return [...new Set([...userClaims(user), ...(user.claiming?.names ?? [])])];
}
