import type { ResourceId, TokenId } from '../kernel/ids.ts';
import { assignmentTo, validPairs } from '../resources/assignments.ts';
import {
  ENROLMENT_KINDS,
  type EnrolmentBasis,
  type EnrolmentKind,
  type EnrolmentPolicy,
} from '../resources/enrolment-policy.ts';
import type { MethodPolicy } from '../resources/resource.ts';
import { isRecovery, type Token, type TokenKind } from '../tokens/token.ts';
import type { User } from '../users/user.ts';

export interface EnrolmentFacts {
  /** The resource's. */
  policy: EnrolmentPolicy | undefined;
  methodPolicy: MethodPolicy;
  accepts: readonly TokenKind[];
  /** What can be set up for this person now: a code needs an address, and somebody who carries it. */
  available: readonly EnrolmentKind[];
  basis: EnrolmentBasis;
  /** Whether the user has a token in any state, or ever had one; see {@link hadToken}. */
  hadToken: boolean;
  /** Their password was reset by mail: what they set up with it would be worth no more than the mailbox (SR-69). */
  isMailboxAlone: boolean;
  /** Whether they are assigned to this very resource with one, in whatever state; recovery codes aside. */
  isPairedHere: boolean;
  /** The page asks for it. Without, only whoever has no token is shown it. */
  isAsked: boolean;
}

export type EnrolmentDecision =
  | { kind: 'none' }
  /** There is no way on without. No kinds: then there is no way on, since what is missing must not let anybody off (SR-3). */
  | { kind: 'demand'; kinds: EnrolmentKind[] }
  /** May be left out, this time. `until`: from then on no more. At least one kind, the recommended one first. */
  | { kind: 'offer'; kinds: EnrolmentKind[]; until?: number };

const NONE = { kind: 'none' } as const;

/**
 * Whether somebody may set up a token of their own now. A password alone is enough only for whoever has never had a token:
 * with one that is locked, expired, deactivated, deleted or not taken here a stolen password would otherwise buy a second factor.
 * Nor does a token that counts elsewhere alone let anybody off what is demanded here: else whoever has the password sets one up
 * where that is easy, and comes in by it where it is not.
 */
export function decideEnrolment(facts: EnrolmentFacts, now: number): EnrolmentDecision {
  const { policy, methodPolicy, basis, isAsked } = facts;
  const counted = ENROLMENT_KINDS.filter((kind) => policy?.kinds.includes(kind) && facts.accepts.includes(kind));
  if (!policy || counted.length === 0) return NONE;
  const kinds = counted.filter((kind) => facts.available.includes(kind));
  const offered = (until?: number): EnrolmentDecision =>
    kinds.length === 0 ? NONE : { kind: 'offer', kinds, ...(until !== undefined && { until }) };
  if (basis === 'link') return { kind: 'demand', kinds };
  if (basis === 'second-factor') return isAsked ? offered() : NONE;
  if (facts.hadToken) {
    const isDemanded = methodPolicy === 'auto' && !facts.isPairedHere && isRequired(policy, now);
    return isDemanded ? { kind: 'demand', kinds: [] } : NONE;
  }
  if (facts.isMailboxAlone) {
    const isDemanded = methodPolicy === 'password-otp' || (methodPolicy === 'auto' && isRequired(policy, now));
    return isDemanded ? { kind: 'demand', kinds: [] } : NONE;
  }
  switch (methodPolicy) {
    // Nobody was asked for a password, or nobody is ever asked for a code.
    case 'otp':
    case 'password':
      return NONE;
    // Without a code nobody comes in at all, so there is nothing that it could be postponed for.
    case 'password-otp':
      return { kind: 'demand', kinds };
    case 'auto':
      if (isRequired(policy, now)) return { kind: 'demand', kinds };
      return offered(policy.required ? policy.postponableUntil : undefined);
  }
}

function isRequired({ required, postponableUntil: until }: EnrolmentPolicy, now: number): boolean {
  return required && (until === undefined || now >= until);
}

/**
 * Whether a person has a token, as far as anybody knows: they are assigned with one, on whatever resource and whether or
 * not the pair still stands, or one belongs to them. What is left of an enrolment of theirs that broke off is none.
 *
 * @param owned every token that is theirs
 */
export function hasToken(user: Pick<User, 'id' | 'assignments' | 'enrolled'>, owned: readonly Token[]): boolean {
  return isPaired(user) || owned.some((token) => !isLeftover(user, token));
}

/** Whether a user has a token, or had one before: what was deleted or given to another user leaves its mark. */
export function hadToken(
  user: Pick<User, 'id' | 'assignments' | 'enrolled' | 'hadToken'>,
  owned: readonly Token[],
): boolean {
  return user.hadToken === true || hasToken(user, owned);
}

/** Whether they are assigned to the resource with one of these, recovery codes aside: with one that is still theirs. */
export function isPairedWith(
  user: Pick<User, 'id' | 'assignments'>,
  resource: ResourceId,
  owned: readonly Token[],
): boolean {
  const assignment = assignmentTo(user, resource);
  const tokens = new Map(owned.map((token) => [token.id, token] as const));
  return assignment !== undefined && validPairs(assignment, tokens, user.id).some((token) => !isRecovery(token));
}

/** Whether any assignment of theirs names a token. */
export function isPaired({ assignments }: Pick<User, 'assignments'>): boolean {
  return assignments.some(({ tokens }) => tokens.length > 0);
}

/**
 * A token that its owner began to set up and that never became one of theirs: nobody signs in with it. One that they are
 * assigned with became one, also where that is too long ago to be remembered.
 */
export function isLeftover(user: Pick<User, 'id' | 'assignments' | 'enrolled'>, { id, createdBy }: Token): boolean {
  if (createdBy?.kind !== 'user' || createdBy.id !== user.id || user.enrolled?.includes(id)) return false;
  return !user.assignments.some(({ tokens }) => tokens.some(({ token }) => token === id));
}

/** So many are remembered: more than one person has tokens. */
const MOST_REMEMBERED = 100;

/** Notes that these are no leftovers. */
export function remembered(user: User, tokens: readonly TokenId[]): User {
  return { ...user, enrolled: [...(user.enrolled ?? []), ...tokens].slice(-MOST_REMEMBERED) };
}
