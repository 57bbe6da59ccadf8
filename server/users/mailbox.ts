import type { User } from './user.ts';

/** Records how the user set their address: with a password alone, or with all their factors. */
export function setOwnEmail(user: User, email: string, isOnPassword: boolean): User {
  const vouched = removeEmailOnPassword(user);
  return isOnPassword ? { ...vouched, emailOnPassword: email } : vouched;
}

/** An address set by an administrator or backend clears the mark that it was set with a password alone. */
export function removeEmailOnPassword(user: User): User {
  const { emailOnPassword: _given, ...rest } = user;
  return rest;
}

/**
 * A password from a mailed link proves only that its user reads the mailbox. Until another factor confirms the user, a
 * mailed code is no second factor beside it (SR-69).
 */
export function setMailedPassword(user: User, passwordHash: string): User {
  const isFirst = user.passwordHash === undefined;
  return { ...user, passwordHash, needsConfirmation: isFirst ? { isFirst } : {} };
}

/** Removes the mark after an administrator, or another factor, has confirmed the user. */
export function removeNeedsConfirmation(user: User): User {
  const { needsConfirmation: _confirmed, ...rest } = user;
  return rest;
}

/**
 * True if the password does not allow a first token. A password that replaced another does not: the mailbox alone would
 * set up a second factor. The first password of an account does, because an administrator or the site's backend sent
 * the link to open the account.
 */
export function restsOnMailboxAlone({ needsConfirmation }: Pick<User, 'needsConfirmation'>): boolean {
  return needsConfirmation !== undefined && needsConfirmation.isFirst !== true;
}
