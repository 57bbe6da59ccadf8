import type { Resource } from '../../domain/resource.ts';
import { acceptedKindsFrom, type SecondAnswer } from '../../domain/second-factor.ts';
import type { TokenKind } from '../../domain/token.ts';
import type { SignInWay, User } from '../../domain/user.ts';
import { newOperation } from '../transact.ts';
import { typedLine } from './burn-attempt.ts';
import { checkFactor, type FactorCheck, type FactorNeeds, type FactorOutcome } from './check-factor.ts';
import { readLimitedPairs } from './read-limits.ts';

export interface UserFactor {
  method: 'otp' | 'password-otp';
  user: User;
  /** As typed, where no first factor stands behind the name. */
  name?: string | undefined;
  way: SignInWay;
  resource: Resource;
  answer: SecondAnswer;
  /** Where challenges stand that this answers. */
  scope: string;
  /** What the answer is to confirm; then only tokens of these kinds may give it. */
  signs?: { transaction: string; kinds: readonly TokenKind[] };
}

/** One answer against the tokens with which a person is assigned to a resource, as they stand when its turn comes. */
export function checkUserFactor(
  ports: FactorNeeds,
  { method, user, name, way, resource, answer, scope, signs }: UserFactor,
  tell?: FactorCheck['tell'],
): Promise<FactorOutcome> {
  const queue = name === undefined ? user.id : typedLine(user.account, name);
  return checkFactor(ports, queue, {
    method,
    way,
    answer,
    scope,
    accepts: signs?.kinds ?? acceptedKindsFrom(user, resource),
    ...(signs && { transaction: signs.transaction }),
    userBlocked: user.blocked,
    user,
    attempt: newOperation(ports),
    ...(tell && { tell }),
    candidates: () => readLimitedPairs(ports, user, resource, way),
  });
}
