import { hashNewPassword } from '../authentication/new-password.ts';
import { callDependency } from '../kernel/dependency.ts';
import type { UserId } from '../kernel/ids.ts';
import { mayChangeUser } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { type ImportedHash, wrapImportedHash } from '../passwords/imported-hash.ts';
import { wrapping } from '../passwords/legacy-hash.ts';
import { editObject, readObject } from '../records/read-object.ts';
import { userDocument } from '../users/documents.ts';
import { removeNeedsConfirmation } from '../users/mailbox.ts';
import type { User } from '../users/user.ts';
import { refuseChosenPassword } from './create-user.ts';

/**
 * Sets an existing user's password from another system, as a password or as its hash. A cheap digest is wrapped in
 * argon2id at once, so that the store never holds a bare one; the next sign-in replaces it. The hash of an old password
 * cannot be checked against the policy; a new password is.
 */
export async function importPasswordHash(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'hasher'>,
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
      : await wrapHash(ports, given.passwordHash);
  if (isRefusal(hashed)) return hashed;
  return editObject(ports, act, { type: 'user.updated' }, key, 'USER_NOT_FOUND', (user) =>
    mayChangeUser(act.actor, user) ? { ...removeNeedsConfirmation(user), ...hashed } : refusal('FORBIDDEN'),
  );
}

async function wrapHash(
  ports: Pick<Ports, 'hasher'>,
  imported: ImportedHash,
): Promise<Result<{ passwordHash: string }>> {
  const adopted = wrapImportedHash(imported);
  if (adopted === undefined) return refusal('PASSWORD_HASH_INVALID');
  const around = wrapping(adopted);
  if (!around) return { passwordHash: adopted };
  const phc = await callDependency('hashing a password', () => ports.hasher.hash(around.inner));
  return { passwordHash: around.around(phc) };
}
