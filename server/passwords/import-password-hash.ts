import { callDependency } from '../kernel/dependency.ts';
import type { UserId } from '../kernel/ids.ts';
import { mayChangeUser } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { editObject, readObject } from '../records/read-object.ts';
import { refuseChosen } from '../users/create-user.ts';
import { userDocument } from '../users/documents.ts';
import type { User } from '../users/user.ts';
import { type ImportedHash, wrapImportedHash } from './imported-hash.ts';
import { wrapping } from './legacy-hash.ts';
import { hashNewPassword } from './new-password.ts';
import { confirmed } from './reset/reset-by-mail.ts';

/**
 * Gives somebody who is there already a password that is passed on from elsewhere, or what it was hashed to there. A cheap
 * digest gets an argon2id around it at once, so that none stands in the store by itself; it is replaced when its person signs
 * in. As elsewhere an old password is not judged, since nobody knows it, and a new one is.
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
  // Before the hash, which is costly; asked again below, where it counts.
  if (!mayChangeUser(act.actor, found.object)) return refusal('FORBIDDEN');
  const chosen = refuseChosen(act, given);
  if (chosen) return chosen;
  const hashed =
    'password' in given
      ? await hashNewPassword(ports, found.object, given.password)
      : await wrapped(ports, given.passwordHash);
  if (isRefusal(hashed)) return hashed;
  return editObject(ports, act, { type: 'user.updated' }, key, 'USER_NOT_FOUND', (user) =>
    mayChangeUser(act.actor, user) ? { ...confirmed(user), ...hashed } : refusal('FORBIDDEN'),
  );
}

async function wrapped(
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
