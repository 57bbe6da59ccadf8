import { createHash } from 'node:crypto';
import type { TokenKind } from '@countersign/protocol/tokens';
import { passwordDigest } from '../passwords/password-digest.ts';
import { mailsFirstFactor, type Resource } from '../resources/resource.ts';
import { KIND_RULES } from '../tokens/kinds/rules.ts';
import { isOwnMailbox } from '../tokens/kinds/sent/enrolment-address.ts';
import { isAddressFor } from '../tokens/kinds/sent/out-of-band-code.ts';
import { epochOf } from '../users/credential-epoch.ts';
import type { User } from '../users/user.ts';

/** The first factor of a sign-in: the password, or on some resources a code mailed in its place. */

type FirstRule = Pick<Resource, 'firstFactor'>;

/** Whether the user has what the first factor of the resource needs. */
export function hasFirstFactor(resource: FirstRule, user: User): boolean {
  return mailsFirstFactor(resource) ? mailboxOf(user) !== undefined : user.passwordHash !== undefined;
}

/**
 * Where codes for the user are mailed as a first factor. Not to an address that was set with a password alone: a thief of
 * the password on another resource would sign in here with it (SR-67).
 */
export function mailboxOf(user: Pick<User, 'email' | 'emailOnPassword'>): string | undefined {
  const { email = '' } = user;
  return isAddressFor('email', email) && isOwnMailbox(user, 'password') ? email : undefined;
}

/** Identifies the address: a code that was mailed to another one, or in an earlier epoch, proves nothing. */
export function mailboxDigest(user: Pick<User, 'id' | 'email' | 'credentialEpoch'>): string {
  return createHash('sha256')
    .update(JSON.stringify([user.id, user.email, epochOf(user)]))
    .digest('base64url');
}

/** Whether a second factor proves more than the mailbox (SR-69). */
export function isBeyondMailbox(kind: TokenKind | undefined): boolean {
  return kind !== undefined && !KIND_RULES[kind].isMailbox;
}

interface ShownFirstFactor {
  passwordVerified: boolean;
  /** Of the password that was verified. */
  passwordDigest?: string;
  /** Of the address whose mailed code was right. */
  mailboxDigest?: string;
  /** Of the user whom the host named, when the sign-in began. */
  credentialEpoch?: number;
}

/**
 * Whether the first factor that a sign-in has shown, or the host's word, still counts: the resource asks for it, and the
 * user's credentials are the same (SR-4, SR-38, SR-39).
 */
export function isFirstFactorCurrent(shown: ShownFirstFactor, resource: FirstRule, user: User): boolean {
  const isMailed = mailsFirstFactor(resource);
  if (isMailed ? shown.passwordVerified : shown.mailboxDigest !== undefined) return false;
  return isSameCredentials(shown, user);
}

/**
 * Whether the password or the address that was shown is the user's, and no block, change of an address or report came
 * between, even if it was undone.
 */
export function isSameCredentials(shown: ShownFirstFactor, user: User): boolean {
  if (shown.credentialEpoch !== undefined && shown.credentialEpoch !== epochOf(user)) return false;
  if (shown.passwordVerified && shown.passwordDigest !== passwordDigest(user)) return false;
  return shown.mailboxDigest === undefined || shown.mailboxDigest === mailboxDigest(user);
}
