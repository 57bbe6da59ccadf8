import { decideFactors } from '../../authentication/decide-factors.ts';
import { mailboxDigest } from '../../authentication/first-factor.ts';
import { acceptedKindsFrom, factorStates, secondFactorTokens } from '../../authentication/second-factor.ts';
import { mailsFirstFactor, type Resource } from '../../resources/resource.ts';
import type { Token } from '../../tokens/token.ts';
import { isUsable } from '../../tokens/usable-tokens.ts';
import { assignmentTo, isAssigned } from '../../users/assignments.ts';
import type { User } from '../../users/user.ts';
import type { ResultRecord } from '../flow.ts';

/**
 * Whether a result is still true of its user (SR-4): they are assigned, the token whose code was accepted is still
 * theirs and active, a mailed code went to the address that they have, and a dropped code may still be dropped.
 *
 * @param tokens the tokens with which the user is assigned to the result's resource, as they are now
 * @param now milliseconds since the epoch
 */
export function isResultValid(
  result: Pick<ResultRecord, 'resource' | 'otp' | 'token' | 'mailboxDigest'>,
  user: Pick<User, 'id' | 'email' | 'assignments' | 'needsConfirmation'>,
  tokens: readonly Token[],
  rules: Pick<Resource, 'tokenKinds' | 'firstFactor'>,
  now: number,
): boolean {
  if (!isAssigned(assignmentTo(user, result.resource), tokens)) return false;
  const isMailed = result.mailboxDigest !== undefined;
  if (isMailed && !(mailsFirstFactor(rules) && result.mailboxDigest === mailboxDigest(user))) return false;
  const accepts = acceptedKindsFrom(user, rules);
  if (result.token !== undefined) {
    return tokens.some((token) => token.id === result.token && isUsable(token, accepts, now));
  }
  const states = factorStates(isMailed ? secondFactorTokens(rules, tokens) : tokens, accepts, now);
  return result.otp !== 'skipped' || decideFactors('password-otp', states).kind === 'factors';
}
