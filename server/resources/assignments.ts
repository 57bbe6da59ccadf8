import type { ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import type { Token } from '../tokens/token.ts';
import type { Assignment, User } from '../users/user.ts';

/** So many resources a user, or a token without one, is assigned to at most: all of them are one document. */
export const MOST_RESOURCES_ASSIGNED = 1000;
/** So many tokens go into one assignment. Each of them is looked at for every code, and each makes guessing easier. */
export const MOST_TOKENS_ASSIGNED = 50;

/** Whether a user's assignments are within bounds. */
export function isWithinBounds({ assignments }: Pick<User, 'assignments'>): boolean {
  return (
    assignments.length <= MOST_RESOURCES_ASSIGNED &&
    assignments.every(({ tokens }) => tokens.length <= MOST_TOKENS_ASSIGNED)
  );
}

/** What the user is assigned to this resource with, if at all. */
export function assignmentTo(user: Pick<User, 'assignments'>, resource: ResourceId): Assignment | undefined {
  return user.assignments.find((assignment) => assignment.resource === resource);
}

/**
 * The tokens of the assignment's pairs that still stand: the token exists, its owner is the user, and it has not changed
 * hands since. A token that moved to someone else and back does not bring the old access with it.
 */
export function validPairs(assignment: Assignment, tokens: ReadonlyMap<TokenId, Token>, user: UserId): Token[] {
  return assignment.tokens.flatMap((pair) => {
    const token = tokens.get(pair.token);
    return token && token.id === pair.token && token.owner === user && token.epoch === pair.epoch ? [token] : [];
  });
}

/** Every resource that takes this token: with its owner, as it is theirs now, or with no user. */
export function resourcesOpenedBy(token: Token, owner: Pick<User, 'id' | 'assignments'> | undefined): ResourceId[] {
  const tokens = new Map([[token.id, token]]);
  const paired = owner?.assignments.filter((assignment) => validPairs(assignment, tokens, owner.id).length > 0) ?? [];
  return [...new Set([...paired.map(({ resource }) => resource), ...token.directResources])];
}

/** Whether the user is assigned to the resource: alone, or with a token that still stands ((b) includes (a)). */
export function isAssigned(assignment: Assignment | undefined, pairs: readonly unknown[]): boolean {
  return assignment !== undefined && (assignment.alone || pairs.length > 0);
}

export function assignAlone(user: User, resource: ResourceId): User {
  return editAssignment(user, resource, (assignment) => ({ ...assignment, alone: true }));
}

export function unassignAlone(user: User, resource: ResourceId): User {
  return editAssignment(user, resource, (assignment) => ({ ...assignment, alone: false }));
}

/** Undefined if the token is not the user's own. A pair of an earlier ownership is replaced. */
export function assignWithToken(
  user: User,
  resource: ResourceId,
  token: Pick<Token, 'id' | 'owner' | 'account' | 'epoch'>,
): User | undefined {
  if (token.owner !== user.id || token.account !== user.account) return undefined;
  return editAssignment(user, resource, (assignment) => ({
    ...assignment,
    tokens: [...assignment.tokens.filter((pair) => pair.token !== token.id), { token: token.id, epoch: token.epoch }],
  }));
}

/** Takes the user off the resource, with whatever they are assigned to it. */
export function unassignAll(user: User, resource: ResourceId): User {
  return editAssignment(user, resource, (assignment) => ({ ...assignment, alone: false, tokens: [] }));
}

export function unassignToken(user: User, resource: ResourceId, token: TokenId): User {
  return editAssignment(user, resource, (assignment) => ({
    ...assignment,
    tokens: assignment.tokens.filter((pair) => pair.token !== token),
  }));
}

/** Hands the token to a user, or to nobody. A change of hands raises the epoch, which voids every pair made before. */
export function giveToken<T extends Token>(token: T, owner: UserId | undefined): T {
  if (token.owner === owner) return token;
  const { owner: _former, ...ownerless } = token;
  // A token without an owner is one of the same kind, which the type of the rest cannot say.
  const moved: T = { ...(ownerless as unknown as T), epoch: token.epoch + 1 };
  return owner === undefined ? moved : { ...moved, owner };
}

/** (c): the resource accepts this token's OTP with no user involved. */
export function assignDirect<T extends Token>(token: T, resource: ResourceId): T {
  if (token.directResources.includes(resource)) return token;
  return { ...token, directResources: [...token.directResources, resource] };
}

export function unassignDirect<T extends Token>(token: T, resource: ResourceId): T {
  return { ...token, directResources: token.directResources.filter((id) => id !== resource) };
}

/**
 * An assignment that is left with nothing is dropped, so that there is one way to say "not assigned". An assignment with a
 * token leaves its mark on the user, also when the token is taken out of it.
 */
function editAssignment(user: User, resource: ResourceId, edit: (assignment: Assignment) => Assignment): User {
  const current = assignmentTo(user, resource);
  const edited = edit(current ?? { resource, alone: false, tokens: [] });
  const keep = edited.alone || edited.tokens.length > 0;
  const assignments = current
    ? user.assignments.flatMap((assignment) => (assignment !== current ? [assignment] : keep ? [edited] : []))
    : [...user.assignments, ...(keep ? [edited] : [])];
  const isWithToken = [current, edited].some((assignment) => assignment && assignment.tokens.length > 0);
  return { ...user, assignments, ...(isWithToken && { hadToken: true }) };
}
