import type { AccountId, ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import { raiseTrustEpoch } from './trust-epoch.ts';
import type { Assignment, User } from './user.ts';

/** The most resources of a user, or of a token without one: all of them are in one document. */
export const MAX_RESOURCES_ASSIGNED = 1000;
/** The most tokens of one assignment. Every code is compared with each of them, and each makes guessing easier. */
export const MAX_TOKENS_ASSIGNED = 50;

/** True if a user's assignments are within bounds. */
export function isWithinBounds({ assignments }: Pick<User, 'assignments'>): boolean {
  return (
    assignments.length <= MAX_RESOURCES_ASSIGNED &&
    assignments.every(({ tokens }) => tokens.length <= MAX_TOKENS_ASSIGNED)
  );
}

/** The user's assignment to this resource, if any. */
export function assignmentTo(user: Pick<User, 'assignments'>, resource: ResourceId): Assignment | undefined {
  return user.assignments.find((assignment) => assignment.resource === resource);
}

/** The resource that a user signs in to, if it is only one. */
export function soleResource({ assignments }: Pick<User, 'assignments'>): ResourceId | undefined {
  const [only, ...others] = new Set(assignments.map(({ resource }) => resource));
  return others.length === 0 ? only : undefined;
}

/** True if the user is assigned to the resource: alone, or with a token that is still theirs. */
export function isAssigned(assignment: Assignment | undefined, tokens: readonly unknown[]): boolean {
  return assignment !== undefined && (assignment.alone || tokens.length > 0);
}

export function assignWithoutToken(user: User, resource: ResourceId): User {
  return editAssignment(user, resource, (assignment) => ({ ...assignment, alone: true }));
}

export function unassignWithoutToken(user: User, resource: ResourceId): User {
  return editAssignment(user, resource, (assignment) => ({ ...assignment, alone: false }));
}

/** Undefined if the token is not the user's own. Replaces a pair of an earlier ownership. */
export function assignWithToken(
  user: User,
  resource: ResourceId,
  token: { id: TokenId; account: AccountId; owner?: UserId; epoch: number },
): User | undefined {
  if (token.owner !== user.id || token.account !== user.account) return undefined;
  return editAssignment(user, resource, (assignment) => ({
    ...assignment,
    tokens: [...assignment.tokens.filter((pair) => pair.token !== token.id), { token: token.id, epoch: token.epoch }],
  }));
}

/** Removes every assignment of the user to the resource. */
export function unassignAll(user: User, resource: ResourceId): User {
  return editAssignment(user, resource, (assignment) => ({ ...assignment, alone: false, tokens: [] }));
}

export function unassignToken(user: User, resource: ResourceId, token: TokenId): User {
  return editAssignment(user, resource, (assignment) => ({
    ...assignment,
    tokens: assignment.tokens.filter((pair) => pair.token !== token),
  }));
}

/**
 * Drops an assignment that is left empty, so that there is one way to say "not assigned". An assignment with a token
 * leaves its mark on the user, also after the token is removed from it. A removed token ends the trust in browsers: put
 * back, it brings none back.
 */
function editAssignment(user: User, resource: ResourceId, edit: (assignment: Assignment) => Assignment): User {
  const current = assignmentTo(user, resource);
  const edited = edit(current ?? { resource, alone: false, tokens: [] });
  const keep = edited.alone || edited.tokens.length > 0;
  const assignments = current
    ? user.assignments.flatMap((assignment) => (assignment !== current ? [assignment] : keep ? [edited] : []))
    : [...user.assignments, ...(keep ? [edited] : [])];
  const isTokenRemoved = current?.tokens.some(({ token }) => !edited.tokens.some((pair) => pair.token === token));
  return {
    ...(isTokenRemoved ? raiseTrustEpoch(user) : user),
    assignments,
    ...(edited.tokens.length > 0 && { hadToken: true as const }),
  };
}
