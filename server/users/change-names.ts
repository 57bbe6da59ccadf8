import type { UserId } from '../kernel/ids.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { reindex } from '../store/index-entries.ts';
import { type IfMatchVersions, isUnchangedSince } from '../store/records/etag.ts';
import { changedFields, versionConflict } from '../store/records/read-object.ts';
import { type Decision, newOperation, transact } from '../store/transact.ts';
import { claimNames, releaseName } from './claim-name.ts';
import { endEarlierSignIns } from './credential-epoch.ts';
import { userDocument } from './documents.ts';
import type { User } from './user.ts';
import { CLAIM_ABANDONED_MS, isClaiming, type NameChanges, userClaims, withNames } from './user-names.ts';
import { nameTaken, validateNames } from './validate-names.ts';

/**
 * Changes a user's names and external id, and the fields that `edit` changes, in four steps: mark the user with the
 * names to claim, so that others do not take them; claim the names; write them to the user; release the old ones. The
 * user is live throughout, by the old names until the third step and by the new ones after it. If two users want one
 * name, the first to claim it gets it, and the other keeps their old names.
 *
 * A crash leaves claims without a user, which others may take over once the mark on the user has expired.
 */
export async function changeNames(
  ports: WritePorts,
  act: RequestContext,
  id: UserId,
  changes: NameChanges,
  edit: (user: User) => User | Refusal,
  seen: IfMatchVersions | undefined,
): Promise<Result<{ object: User }>> {
  const { account } = act.actor;
  const attempt = newOperation(ports);
  const announced = await announce(ports, act, id, attempt, changes, edit, seen);
  if (isRefusal(announced)) return announced;

  const taken = await claimNames(ports, account, announced.taking, id);
  if (taken !== undefined) {
    await withdrawAnnouncement(ports, id, attempt);
    for (const name of announced.taking) await releaseName(ports, account, name, id);
    return nameTaken(announced.renamed, taken);
  }

  const carried = await applyNames(ports, act, id, attempt, changes, edit);
  const former = isRefusal(carried) ? announced.taking : carried.former;
  if (isRefusal(carried)) await withdrawAnnouncement(ports, id, attempt);
  for (const name of former) await releaseName(ports, account, name, id);
  return isRefusal(carried) ? carried : { object: carried.object };
}

interface AnnouncedNames {
  /** What is to be claimed. */
  taking: string[];
  /** The user with the new names. */
  renamed: User;
}

/** Marks the user with the new names. */
function announce(
  ports: WritePorts,
  act: RequestContext,
  id: UserId,
  attempt: string,
  changes: NameChanges,
  edit: (user: User) => User | Refusal,
  seen: IfMatchVersions | undefined,
): Promise<Result<AnnouncedNames>> {
  const key = userDocument.key(id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Result<AnnouncedNames>> => {
    if (stored?.value.account !== act.actor.account) return { answer: refusal('USER_NOT_FOUND') };
    const user = stored.value;
    const edited = edit(user);
    if (isRefusal(edited)) return { answer: edited };
    if (!isUnchangedSince(user, seen)) return { answer: versionConflict(user) };
    const renamed = withNames(user, changes);
    const impossible = validateNames(renamed);
    if (impossible) return { answer: impossible };
    // Another change of this user's names is under way.
    if (isClaiming(user.claiming, now)) return { answer: refusal('CONTENTION', { retryAfterMs: 1000 }) };
    const carried = userClaims(user);
    const taking = [...new Set(userClaims(renamed))].filter((name) => !carried.includes(name));
    const marked: User = { ...user, claiming: { attempt, names: taking, at: now } };
    return { answer: { taking, renamed }, write: { put: [{ key, value: marked }] } };
  });
}

function applyNames(
  ports: WritePorts,
  act: RequestContext,
  id: UserId,
  attempt: string,
  changes: NameChanges,
  edit: (user: User) => User | Refusal,
): Promise<Result<{ object: User; former: string[] }>> {
  const key = userDocument.key(id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Result<{ object: User; former: string[] }>> => {
    if (stored?.value.account !== act.actor.account) return { answer: refusal('USER_NOT_FOUND') };
    const { claiming, ...user } = stored.value;
    if (claiming?.attempt !== attempt || now - claiming.at >= CLAIM_ABANDONED_MS) {
      return { answer: refusal('CONTENTION') };
    }
    const edited = edit(user);
    if (isRefusal(edited)) return { answer: edited };
    const object = endEarlierSignIns(user, withNames(edited, changes));
    const kept = userClaims(object);
    const former = userClaims(user).filter((name) => !kept.includes(name));
    const event = { type: 'user.updated', subject: id, changed: changedFields(user, object) } as const;
    return {
      answer: { object, former },
      write: {
        put: [{ key, value: object }],
        index: reindex(key, user, object),
        append: [createEvent(act, event, now)],
      },
    };
  });
}

async function withdrawAnnouncement(ports: WritePorts, id: UserId, attempt: string): Promise<void> {
  const key = userDocument.key(id);
  await transact(ports, key.anchor, [key], ([stored]) => {
    if (stored?.value.claiming?.attempt !== attempt) return { answer: undefined };
    const { claiming: _claiming, ...user } = stored.value;
    return { answer: undefined, write: { put: [{ key, value: user }] } };
  });
}
