import { hashNewPassword } from '../authentication/new-password.ts';
import type { UserId } from '../kernel/ids.ts';
import { mayChangeUser } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import type { ImportedHash } from '../passwords/imported-hash.ts';
import { editObject, readObject } from '../store/records/read-object.ts';
import { userDocument } from '../users/documents.ts';
import { vouchForPassword } from '../users/mailbox.ts';
import type { User } from '../users/user.ts';
import { adoptHash } from './adopt-hash.ts';
import { refuseChosenPassword } from './create-user.ts';

/**
 * Sets an existing user's password from another system, as a password or as its hash. The hash of an old
 * password cannot be checked against the policy; a new password is.
 */
export async function importPasswordHash(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'hasher' | 'breachedPasswords'>,
  act: RequestContext,
  id: UserId,
  given: { password: string } | { passwordHash: ImportedHash },
): Promise<Result<{ object: User }>> {
  const key = userDocument.key(id);
  const found = await readObject(ports, act.actor.account, key, 'USER_NOT_FOUND');
  if (isRefusal(found)) return found;
  // Checked before the costly hash, and again below, where it decides.
  if (!mayChangeUser(act.actor, found.object)) return refusal('FORBIDDEN');
  const chosen = refuseChosenPassword(act, given);
  if (chosen) return chosen;
  const hashed =
    'password' in given
      ? await hashNewPassword(ports, found.object, given.password)
      : await adoptHash(ports, act.actor.account, given.passwordHash);
  if (isRefusal(hashed)) return hashed;
  return editObject(ports, act, { type: 'user.updated' }, key, 'USER_NOT_FOUND', (user) =>
    mayChangeUser(act.actor, user) ? { ...vouchForPassword(user), ...hashed } : refusal('FORBIDDEN'),
  );
}
