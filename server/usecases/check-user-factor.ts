import type { Resource } from '../domain/resource.ts';
import { acceptedKinds, type SecondAnswer } from '../domain/second-factor.ts';
import type { User } from '../domain/user.ts';
import { checkFactor, type FactorCheck, type FactorNeeds, type FactorOutcome } from './check-factor.ts';
import { readPairs } from './read-pairs.ts';
import { newOperation } from './transact.ts';

export interface UserFactor {
  method: 'otp' | 'password-otp';
  user: User;
  resource: Resource;
  answer: SecondAnswer;
  /** Where challenges stand that this answers. */
  scope: string;
}

/** One answer against the tokens with which a person is assigned to a resource, as they stand when its turn comes. */
export function checkUserFactor(
  ports: FactorNeeds,
  { method, user, resource, answer, scope }: UserFactor,
  tell?: FactorCheck['tell'],
): Promise<FactorOutcome> {
  return checkFactor(ports, user.id, {
    method,
    answer,
    scope,
    accepts: acceptedKinds(resource),
    threshold: resource.failedAttemptsBeforeLock,
    userBlocked: user.blocked,
    attempt: newOperation(ports),
    ...(tell && { tell }),
    candidates: async () => (await readPairs(ports, user, resource.id)).tokens,
  });
}
