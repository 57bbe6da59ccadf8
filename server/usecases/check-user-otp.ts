import type { Resource } from '../domain/resource.ts';
import type { User } from '../domain/user.ts';
import { checkOtp, type OtpCheck, type OtpNeeds, type OtpOutcome } from './check-otp.ts';
import { readPairs } from './read-pairs.ts';
import { newOperation } from './transact.ts';

/** One code against the tokens with which a person is assigned to a resource, as they stand when its turn comes. */
export function checkUserOtp(
  ports: OtpNeeds,
  method: 'otp' | 'password-otp',
  user: User,
  resource: Resource,
  otp: string,
  tell?: OtpCheck['tell'],
): Promise<OtpOutcome> {
  return checkOtp(ports, user.id, {
    method,
    otp,
    threshold: resource.failedAttemptsBeforeLock,
    userBlocked: user.blocked,
    attempt: newOperation(ports),
    ...(tell && { tell }),
    candidates: async () => (await readPairs(ports, user, resource.id)).tokens,
  });
}
