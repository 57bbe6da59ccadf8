import type { User } from './user.ts';

type Raised = Pick<User, 'blocked' | 'email' | 'phone' | 'credentialEpoch'>;

/**
 * The changed user, with a raised epoch if what was begun before must end: they were blocked or unblocked, or codes and
 * links go elsewhere. A password that changes ends it by itself.
 */
export function endEarlierSignIns<U extends Raised>(before: Raised, after: U): U {
  const isSame = before.blocked === after.blocked && before.email === after.email && before.phone === after.phone;
  return isSame ? after : { ...after, credentialEpoch: epochOf(before) + 1 };
}

export function epochOf({ credentialEpoch = 0 }: Pick<User, 'credentialEpoch'>): number {
  return credentialEpoch;
}
