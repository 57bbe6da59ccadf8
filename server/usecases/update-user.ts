import { mayChangeUser } from '../domain/authority.ts';
import type { UserId } from '../domain/ids.ts';
import type { User } from '../domain/user.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import type { Act } from './act.ts';
import { hashNewPassword } from './new-password.ts';
import { editObject, readObject } from './read-object.ts';
import { isRefusal, refusal, type Verdict } from './verdict.ts';

export interface UserChanges {
  blocked?: boolean | undefined;
  password?: string | undefined;
  firstName?: string | undefined;
  secondName?: string | undefined;
  apiSupport?: boolean | undefined;
}

/** Changes a user's details. Names stay: they are claims, and changing one is a use-case of its own. */
export async function updateUser(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'hasher'>,
  act: Act,
  id: UserId,
  changes: UserChanges,
): Promise<Verdict<{ object: User }>> {
  const { password, ...rest } = changes;
  const hashed = password === undefined ? {} : await hashFor(ports, act, id, password);
  if (isRefusal(hashed)) return hashed;
  const details = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return editObject(ports, act, { type: 'user.updated' }, documents.user(id), 'USER_NOT_FOUND', (user) => {
    if (!mayChangeUser(act.actor, user)) return refusal('FORBIDDEN');
    return { ...user, ...details, ...hashed };
  });
}

/** Nothing is hashed for whoever may not have it changed. */
async function hashFor(
  ports: Pick<Ports, 'store' | 'clock' | 'hasher'>,
  act: Act,
  id: UserId,
  password: string,
): Promise<Verdict<{ passwordHash: string }>> {
  const known = await readObject(ports, act.actor.account, documents.user(id), 'USER_NOT_FOUND');
  if (isRefusal(known)) return known;
  return mayChangeUser(act.actor, known.object) ? hashNewPassword(ports, known.object, password) : refusal('FORBIDDEN');
}
