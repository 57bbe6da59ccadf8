import { isAddressFor } from './sent-code.ts';
import type { SentFactor } from './token.ts';
import type { User } from './user.ts';

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

/** Whether codes may go there, as the person is now. */
export function mayGoTo(kind: SentFactor['kind'], to: string, user: Pick<User, 'email' | 'phone'>): boolean {
  const target = codeTarget(kind, user);
  return target === 'theirs-to-say' ? isAddressFor(kind, to) : target?.to === to;
}
