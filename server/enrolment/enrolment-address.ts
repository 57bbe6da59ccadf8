import type { EnrolmentBasis } from '../resources/enrolment-policy.ts';
import { isAddressFor } from '../tokens/kinds/sent/out-of-band-code.ts';
import type { SentFactor } from '../tokens/token.ts';
import type { User } from '../users/user.ts';

/** Where the codes of a token that somebody sets up may go: to an address, or to one that they say; undefined: nowhere. */
export type CodeTarget = { to: string } | 'theirs-to-say' | undefined;

/**
 * What is on record is what codes go to, and nothing else: whoever has stolen a password would name a phone of their own.
 * Only a person of whom no number is known says one, on the same ground as they would set up an app. Mail goes to nowhere
 * but the address on record. A number that is not written internationally is known, and cannot be sent to.
 */
export function codeTarget(kind: SentFactor['kind'], { email, phone }: Pick<User, 'email' | 'phone'>): CodeTarget {
  const known = kind === 'sms' ? phone : email;
  if (known === undefined) return kind === 'sms' ? 'theirs-to-say' : undefined;
  return isAddressFor(kind, known) ? { to: known } : undefined;
}

/**
 * Whether a mailbox on record shows anything of whoever has shown so much. A password gives an address on the self-service
 * page, and must not have what is sent there for its second factor.
 */
export function isMailboxTheirs(
  { email, emailOnPassword }: Pick<User, 'email' | 'emailOnPassword'>,
  basis: EnrolmentBasis,
): boolean {
  return basis !== 'password' || email === undefined || email !== emailOnPassword;
}

/** Notes on what a person has given their address: on a password alone, or on all that they have. */
export function emailGiven(user: User, email: string, isOnPassword: boolean): User {
  const vouched = emailVouchedFor(user);
  return isOnPassword ? { ...vouched, emailOnPassword: email } : vouched;
}

/** Somebody else says what a person's address is: whatever they gave it on counts no more. */
export function emailVouchedFor(user: User): User {
  const { emailOnPassword: _given, ...rest } = user;
  return rest;
}

/** Whether codes may go there, as the person is now. */
export function mayGoTo(kind: SentFactor['kind'], to: string, user: Pick<User, 'email' | 'phone'>): boolean {
  const target = codeTarget(kind, user);
  return target === 'theirs-to-say' ? isAddressFor(kind, to) : target?.to === to;
}
