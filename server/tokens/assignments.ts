import type { ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import type { Assignment, User } from '../users/user.ts';
import type { Token } from './token.ts';

/**
 * The tokens with which the assignment is valid now: the token exists, its owner is the user, and it has not changed hands
 * since. A token that moved to another user and back does not restore the old access.
 */
export function assignedTokens(assignment: Assignment, tokens: ReadonlyMap<TokenId, Token>, user: UserId): Token[] {
  return assignment.tokens.flatMap((pair) => {
    const token = tokens.get(pair.token);
    return token && token.id === pair.token && token.owner === user && token.epoch === pair.epoch ? [token] : [];
  });
}

/** Every resource that accepts this token: with its current owner, or directly. */
export function resourcesOpenedBy(token: Token, owner: Pick<User, 'id' | 'assignments'> | undefined): ResourceId[] {
  const tokens = new Map([[token.id, token]]);
  const paired =
    owner?.assignments.filter((assignment) => assignedTokens(assignment, tokens, owner.id).length > 0) ?? [];
  return [...new Set([...paired.map(({ resource }) => resource), ...token.directResources])];
}

/** Changes or removes the owner of a token. A change of hands raises the epoch, which voids every earlier pair. */
export function changeOwner<T extends Token>(token: T, owner: UserId | undefined): T {
  if (token.owner === owner) return token;
  const { owner: _former, ...ownerless } = token;
  // A token without an owner has the same kind, which the type of the rest cannot express.
  const moved: T = { ...(ownerless as unknown as T), epoch: token.epoch + 1 };
  return owner === undefined ? moved : { ...moved, owner };
}

/** From now on the resource accepts this token's OTP without a user. */
export function assignDirect<T extends Token>(token: T, resource: ResourceId): T {
  if (token.directResources.includes(resource)) return token;
  return { ...token, directResources: [...token.directResources, resource] };
}

export function unassignDirect<T extends Token>(token: T, resource: ResourceId): T {
  return { ...token, directResources: token.directResources.filter((id) => id !== resource) };
}
