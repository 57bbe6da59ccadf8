import type { OtpUse } from '@countersign/protocol/result';
import type { TokenKind } from '../../tokens/token.ts';
import type { User } from '../../users/user.ts';

/**
 * A password that came by a mailed link shows that its user reads the mailbox, and no more. Until something else confirms the
 * user, no code by mail is a second factor beside it (SR-69).
 */
export function withMailedPassword(user: User, passwordHash: string): User {
  const isFirst = user.passwordHash === undefined;
  return { ...user, passwordHash, needsConfirmation: isFirst ? { isFirst } : {} };
}

/** An administrator, or another factor, has confirmed the user. */
export function confirmed(user: User): User {
  const { needsConfirmation: _confirmed, ...rest } = user;
  return rest;
}

/**
 * Whether the password is worth a first token. One that replaced another is not: the mailbox alone would set up a second factor.
 * The first password of an account is, because an administrator or the site's backend sent the link to open the account.
 */
export function isMailboxAlone({ needsConfirmation }: Pick<User, 'needsConfirmation'>): boolean {
  return needsConfirmation !== undefined && needsConfirmation.isFirst !== true;
}

/** Whether a second factor beside the password shows more than the mailbox. */
export function confirmsUser({ otp, kind }: { otp: OtpUse; kind?: TokenKind | undefined }): boolean {
  return otp === 'verified' && kind !== undefined && kind !== 'email';
}
