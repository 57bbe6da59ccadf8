import type { User } from '../../../users/user.ts';
import type { SentFactor } from '../../token.ts';
import { type EnrolmentBasis, restsOnPassword } from '../kind-enrolment.ts';
import { isAddressFor } from './out-of-band-code.ts';

/** Where the codes of a new token may go: a known address, or one that the user enters; undefined: nowhere. */
export type CodeTarget = { to: string } | 'theirs-to-say' | undefined;

/**
 * Codes go only to the known address, because a thief of the password would name their own phone. Only a user without a
 * number may enter one, under the same conditions as for an app. Mail goes only to the known address. A known number
 * that is not in international format cannot be sent to.
 */
export function codeTarget(kind: SentFactor['kind'], { email, phone }: Pick<User, 'email' | 'phone'>): CodeTarget {
  const known = kind === 'sms' ? phone : email;
  if (known === undefined) return kind === 'sms' ? 'theirs-to-say' : undefined;
  return isAddressFor(kind, known) ? { to: known } : undefined;
}

/**
 * Whether a code sent to the mailbox proves more than the factors shown so far. With a password alone a thief can set
 * the address on the self-service page, so such an address proves no second factor.
 */
export function isOwnMailbox(
  { email, emailOnPassword }: Pick<User, 'email' | 'emailOnPassword'>,
  basis: EnrolmentBasis,
): boolean {
  return !restsOnPassword(basis) || email === undefined || email !== emailOnPassword;
}

/** Whether codes may go to that address, given the user's current data. */
export function canSendTo(kind: SentFactor['kind'], to: string, user: Pick<User, 'email' | 'phone'>): boolean {
  const target = codeTarget(kind, user);
  return target === 'theirs-to-say' ? isAddressFor(kind, to) : target?.to === to;
}
