import type { User } from './user.ts';

/** The user, no browser of whom is trusted any more, and no enrolment of whom rests on a token that was shown before. */
export function raiseTrustEpoch<U extends Pick<User, 'trustEpoch'>>(user: U): U {
  return { ...user, trustEpoch: trustEpochOf(user) + 1 };
}

export function trustEpochOf({ trustEpoch = 0 }: Pick<User, 'trustEpoch'>): number {
  return trustEpoch;
}
