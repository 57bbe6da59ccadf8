import type { Resource } from '../resources/resource.ts';
import { newOperation } from '../store/transact.ts';
import type { SecondAnswer } from '../tokens/second-answer.ts';
import type { TokenKind } from '../tokens/token.ts';
import type { SignInWay, User } from '../users/user.ts';
import { typedNameQueueKey } from './decoy-attempt.ts';
import { readLimitedPairs } from './read-limits.ts';
import { acceptedKindsFrom } from './second-factor.ts';
import {
  type SecondFactorAttempt,
  type SecondFactorOutcome,
  type SecondFactorPorts,
  verifySecondFactor,
} from './verify-second-factor.ts';

export interface UserFactorAttempt {
  method: 'otp' | 'password-otp';
  user: User;
  /** As typed, if no first factor stands behind the name. */
  name?: string | undefined;
  way: SignInWay;
  resource: Resource;
  answer: SecondAnswer;
  /** The scope of the challenges that this answers. */
  scope: string;
  /** The transaction to confirm; then only tokens of these kinds may answer. */
  signs?: { transaction: string; kinds: readonly TokenKind[] };
}

/** Verifies one answer against the tokens with which a user is assigned to a resource, as read when its turn comes. */
export function verifyUserFactor(
  ports: SecondFactorPorts,
  { method, user, name, way, resource, answer, scope, signs }: UserFactorAttempt,
  createEvent?: SecondFactorAttempt['createEvent'],
): Promise<SecondFactorOutcome> {
  const queue = name === undefined ? user.id : typedNameQueueKey(user.account, name);
  return verifySecondFactor(ports, queue, {
    method,
    way,
    answer,
    scope,
    accepts: signs?.kinds ?? acceptedKindsFrom(user, resource),
    ...(signs && { transaction: signs.transaction }),
    userBlocked: user.blocked,
    user,
    attempt: newOperation(ports),
    ...(createEvent && { createEvent }),
    readTokens: () => readLimitedPairs(ports, user, resource, way),
  });
}
