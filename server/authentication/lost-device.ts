import type { ResourceId } from '../kernel/ids.ts';
import { acceptedKinds, type Resource } from '../resources/resource.ts';
import { assignedTokens } from '../tokens/assignments.ts';
import { rulesOf } from '../tokens/kinds/rules.ts';
import { tokenState } from '../tokens/lockout.ts';
import { isRecovery, type Token } from '../tokens/token.ts';
import { assignmentTo } from '../users/assignments.ts';
import type { User } from '../users/user.ts';

/**
 * A user whose tokens are all deactivated, where a token is required: the device is lost, and an administrator has said
 * so. The password alone gives no result there. It leads to a new token, with a recovery code if the user has any, under
 * the permission that the deactivation is (SR-69).
 */

type PermittedUser = Pick<User, 'id' | 'assignments' | 'replacementsEndedAt'>;

/**
 * When the permission expires under which the user may set up a token in place of the deactivated ones; undefined: there
 * is none. Only the tokens of the assignment count, and all of them have to be deactivated.
 *
 * @param owned every token of the user
 */
export function replacementPermittedUntil(
  user: PermittedUser,
  resource: ResourceId,
  owned: readonly Token[],
  now: number,
): number | undefined {
  const assignment = assignmentTo(user, resource);
  if (!assignment) return undefined;
  const byId = new Map(owned.map((token) => [token.id, token] as const));
  const usual = assignedTokens(assignment, byId, user.id).filter((token) => !rulesOf(token).isSubstitute);
  if (!usual.every(({ enabled }) => !enabled)) return undefined;
  const endedAt = user.replacementsEndedAt ?? Number.NEGATIVE_INFINITY;
  const permitted = usual.flatMap(({ deactivation }) => {
    // A time that is no number is neither before nor after another, so it permits nothing.
    const { at = Number.NaN, permitsUntil = Number.NaN } = deactivation ?? {};
    return endedAt < at && at <= now && now < permitsUntil ? [permitsUntil] : [];
  });
  return permitted.length === 0 ? undefined : Math.max(...permitted);
}

/**
 * Since when every token of an assignment is deactivated, so that the password alone signs in where no token is required.
 * Undefined if that is not recorded.
 *
 * @param tokens of the assignment, all deactivated
 */
export function passwordAloneSince(tokens: readonly Token[]): number | undefined {
  const instants = tokens
    .filter((token) => !rulesOf(token).isSubstitute)
    .map(({ deactivation }) => deactivation?.at)
    .filter((at) => at !== undefined);
  return instants.length === 0 ? undefined : Math.max(...instants);
}

/** What a user has of recovery codes. `unusable`: there are some, which cannot be shown here. */
export type RecoveryState = 'none' | 'usable' | 'locked' | 'unusable';

/**
 * Whether the user can show a recovery code here. Used up and deactivated ones are none; all others have to be shown,
 * also where that is impossible: a thief of the password who locks them gains nothing.
 *
 * @param assigned the tokens with which the user is assigned to the resource
 * @param owned every token of the user
 */
export function recoveryStateOf(
  assigned: readonly Token[],
  owned: readonly Token[],
  resource: Pick<Resource, 'tokenKinds' | 'firstFactor'>,
  now: number,
): RecoveryState {
  const sets = owned.filter(isRecovery).filter((token) => token.enabled && token.factor.macs.length > 0);
  if (sets.length === 0) return 'none';
  const here = sets.filter(({ id }) => assigned.some((token) => token.id === id));
  if (!acceptedKinds(resource).includes('recovery')) return 'unusable';
  const states = here.map((token) => tokenState(token, now));
  if (states.includes('active')) return 'usable';
  return states.includes('locked') ? 'locked' : 'unusable';
}

export interface ReplacementFacts {
  isPermitted: boolean;
  recovery: RecoveryState;
  /** A recovery code was right in this sign-in. */
  isRecoveryShown: boolean;
  /** What was shown proves no more than access to the mailbox. */
  isMailboxAlone: boolean;
}

export type ReplacementDecision =
  /** A recovery code comes first. */
  | 'ask-recovery'
  | 'enrol'
  /** The recovery codes are locked. */
  | 'locked'
  /** Only an administrator can help, with a link or by reporting the device as lost again. */
  | 'refuse';

/** What a sign-in of such a user leads to. Never to a result: that takes the new token. */
export function decideReplacement(facts: ReplacementFacts): ReplacementDecision {
  if (!facts.isPermitted) return 'refuse';
  if (facts.isRecoveryShown) return 'enrol';
  switch (facts.recovery) {
    case 'usable':
      return 'ask-recovery';
    case 'locked':
      return 'locked';
    case 'unusable':
      return 'refuse';
    case 'none':
      return facts.isMailboxAlone ? 'refuse' : 'enrol';
  }
}
