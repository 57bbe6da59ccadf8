import type { TokenId, UserId } from '../kernel/ids.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { transact } from '../store/transact.ts';
import { userDocument } from '../users/documents.ts';
import type { User } from '../users/user.ts';
import type { Token } from './token.ts';

/**
 * Whether the user is assigned with a token on any resource, even if the assignment is void, or owns one. Leftovers of
 * an interrupted enrolment do not count.
 *
 * @param owned every token of the user
 */
export function hasToken(user: Pick<User, 'id' | 'assignments' | 'enrolled'>, owned: readonly Token[]): boolean {
  return isPaired(user) || owned.some((token) => !isLeftover(user, token));
}

/** Whether the user has or had a token: a mark records a token that was deleted or given to another user. */
export function hadToken(
  user: Pick<User, 'id' | 'assignments' | 'enrolled' | 'hadToken'>,
  owned: readonly Token[],
): boolean {
  return user.hadToken === true || hasToken(user, owned);
}

/** Whether any of the user's assignments names a token. */
export function isPaired({ assignments }: Pick<User, 'assignments'>): boolean {
  return assignments.some(({ tokens }) => tokens.length > 0);
}

/**
 * An unfinished token of an enrolment, which signs in no user. A token that the user is assigned with is none, even if
 * its enrolment is no longer remembered.
 */
export function isLeftover(user: Pick<User, 'id' | 'assignments' | 'enrolled'>, { id, createdBy }: Token): boolean {
  if (createdBy.kind !== 'user' || createdBy.id !== user.id || user.enrolled?.includes(id)) return false;
  return !user.assignments.some(({ tokens }) => tokens.some(({ token }) => token === id));
}

/**
 * Marks a user who has had a token. Written before the token is removed: after a crash in between the user needs an
 * enrolment link, and never enrols another token with a password alone (SR-69).
 */
export async function rememberToken(ports: WritePorts, token: Token, owner: UserId): Promise<void> {
  const key = userDocument.key(owner);
  await transact(ports, key.anchor, [key], ([stored]) => {
    const user = stored?.value;
    // The draft of an interrupted enrolment never became a token.
    if (user?.account !== token.account || user.hadToken || !hasToken(user, [token])) return { answer: undefined };
    return { answer: undefined, write: { put: [{ key, value: { ...user, hadToken: true as const } }] } };
  });
}

/** More than one user's tokens. */
const MAX_REMEMBERED = 100;

/** Records that these tokens are finished. */
export function recordEnrolled(user: User, tokens: readonly TokenId[]): User {
  return { ...user, enrolled: [...(user.enrolled ?? []), ...tokens].slice(-MAX_REMEMBERED) };
}
