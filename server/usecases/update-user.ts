import { mayChangeUser } from '../domain/authority.ts';
import type { UserId } from '../domain/ids.ts';
import { judgePassword, normalisePassword } from '../domain/password-policy.ts';
import type { User } from '../domain/user.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import type { Act } from './act.ts';
import { editObject } from './read-object.ts';
import { refusal, type Verdict } from './verdict.ts';

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
  if (password !== undefined) {
    const judged = judgePassword(password);
    if (judged) return refusal(judged);
  }
  const passwordHash = password === undefined ? undefined : await ports.hasher.hash(normalisePassword(password));
  const details = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return editObject(ports, act, { type: 'user.updated' }, documents.user(id), 'USER_NOT_FOUND', (user) => {
    if (!mayChangeUser(act.actor, user)) return refusal('FORBIDDEN');
    return { ...user, ...details, ...(passwordHash !== undefined && { passwordHash }) };
  });
}
