import type { OtpUse } from '@countersign/protocol/result';
import type { TokenKind } from '../../tokens/token.ts';
import type { User } from '../../users/user.ts';

/**
 * A password from a mailed link proves only that its user reads the mailbox. Until another factor confirms the user, a
 * mailed code is no second factor beside it (SR-69).
 */
export function withMailedPassword(user: User, passwordHash: string): User {
  const isFirst = user.passwordHash === undefined;
  return { ...user, passwordHash, needsConfirmation: isFirst ? { isFirst } : {} };
}

/** Removes the mark after an administrator, or another factor, has confirmed the user. */
export function confirmed(user: User): User {
  const { needsConfirmation: _confirmed, ...rest } = user;
  return rest;
}

/**
 * True if the password does not allow a first token. A password that replaced another does not: the mailbox alone would
 * set up a second factor. The first password of an account does, because an administrator or the site's backend sent
 * the link to open the account.
 */
export function isMailboxAlone({ needsConfirmation }: Pick<User, 'needsConfirmation'>): boolean {
  return needsConfirmation !== undefined && needsConfirmation.isFirst !== true;
}

/** True if a second factor beside the password proves more than the mailbox. */
export function confirmsUser({ otp, kind }: { otp: OtpUse; kind?: TokenKind | undefined }): boolean {
  return otp === 'verified' && kind !== undefined && kind !== 'email';
}
