import { administratorDocument } from '../administrators/documents.ts';
import { hashNewPassword } from '../authentication/new-password.ts';
import type { UserId } from '../kernel/ids.ts';
import { mayChangeUser, mayHelpUser } from '../kernel/policy.ts';
import type { NoticePorts, Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { notify } from '../messages/notify.ts';
import { isPasswordLocked } from '../passwords/password-counters.ts';
import { applyChanges } from '../store/records/apply-changes.ts';
import type { IfMatchVersions } from '../store/records/etag.ts';
import { editObject, readObject } from '../store/records/read-object.ts';
import { changeNames } from '../users/change-names.ts';
import { endEarlierSignIns, epochOf } from '../users/credential-epoch.ts';
import { userDocument } from '../users/documents.ts';
import { removeEmailOnPassword, vouchForPassword } from '../users/mailbox.ts';
import type { Metadata } from '../users/metadata.ts';
import { raiseTrustEpoch } from '../users/trust-epoch.ts';
import type { User } from '../users/user.ts';
import { type NameChanges, userClaims, withNames } from '../users/user-names.ts';
import { refuseChosenPassword, refuseIdentity } from './create-user.ts';

export type UserChanges = NameChanges & {
  blocked?: boolean | undefined;
  password?: string | undefined;
  /** `null`: removes it. */
  firstName?: string | null | undefined;
  secondName?: string | null | undefined;
  apiSupport?: boolean | undefined;
  /** Ends the mark of a password reset by mail: the user is confirmed. */
  needsConfirmation?: false | undefined;
  /** As a whole. `null`: removes it. */
  metadata?: Metadata | null | undefined;
};

/** Changes a user. New names are claimed first; if another user takes one of them, nothing changes. */
export async function updateUser(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'hasher' | 'breachedPasswords' | 'courier' | 'reportFault'>,
  act: RequestContext,
  id: UserId,
  changes: UserChanges,
  seen?: IfMatchVersions,
): Promise<Result<{ object: User }>> {
  const { password, login, alias, email, phone, externalId, needsConfirmation, ...rest } = changes;
  const key = userDocument.key(id);
  const found = await readObject(ports, act.actor.account, key, 'USER_NOT_FOUND');
  if (isRefusal(found)) return found;
  const may = isUnblock(changes) ? mayHelpUser : mayChangeUser;
  // Checked before the costly hash, and again below, where it decides.
  if (!may(act.actor, found.object)) return refusal('FORBIDDEN');
  const forbidden = refuseChosenPassword(act, { password }) ?? refuseIdentity(act, changes);
  if (forbidden) return forbidden;
  const hashed = password === undefined ? {} : await hashNewPassword(ports, found.object, password);
  if (isRefusal(hashed)) return hashed;

  // Unblocking also lifts the lock after too many wrong passwords in a row, of a user who is not blocked.
  const lifts = changes.blocked === false && (await isPasswordLocked(ports, found.object));
  const edit = (user: User) => {
    if (!may(act.actor, user)) return refusal('FORBIDDEN');
    const vouched = email === undefined ? user : removeEmailOnPassword(user);
    // A password set here did not come by mail.
    const known = needsConfirmation === false || password !== undefined ? vouchForPassword(vouched) : vouched;
    const ended = endEarlierSignIns(user, applyChanges(known, { ...rest, ...hashed }));
    const edited = lifts && epochOf(ended) === epochOf(user) ? { ...ended, credentialEpoch: epochOf(user) + 1 } : ended;
    return edited.blocked && !user.blocked ? raiseTrustEpoch(edited) : edited;
  };
  const names = { login, alias, email, phone, externalId };
  const renamed = withNames(found.object, names);
  const sameNames = userClaims(renamed).join('\n') === userClaims(found.object).join('\n');
  const sameText = [renamed.login, renamed.alias, renamed.email, renamed.phone].every((name, at) => {
    const { object } = found;
    return name === [object.login, object.alias, object.email, object.phone][at];
  });
  if (sameNames && sameText) return editObject(ports, act, { type: 'user.updated' }, key, 'USER_NOT_FOUND', edit, seen);
  const changed = await changeNames(ports, act, id, names, edit, seen);
  const { email: former } = found.object;
  if (!isRefusal(changed) && former !== undefined && changed.object.email !== former)
    notifyFormerAddress(ports, act, former);
  return changed;
}

/** Nothing but an unblocking: the help desk may make it too. */
function isUnblock({ blocked, ...others }: UserChanges): boolean {
  return blocked === false && Object.values(others).every((value) => value === undefined);
}

/**
 * The mails of a user carry their password resets, so a change of the address by an administrator is reported to the
 * old address (SR-41). A site that forwards its users' own changes notifies them itself.
 */
function notifyFormerAddress(ports: NoticePorts, act: RequestContext, email: string): void {
  const { actor } = act;
  if (actor.kind !== 'administrator') return;
  // The user's language is unknown; the administrator's is the likeliest.
  const key = administratorDocument.key(actor.account, actor.id);
  const notified = ports.store.getMany([key], ports.clock.now()).then(([stored]) => {
    notify(ports, { account: actor.account, email, language: stored?.value.language ?? 'en' }, 'email', act);
  });
  void notified.catch((error: unknown) => ports.reportFault('a notice', error));
}
