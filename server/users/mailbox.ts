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
export function setMailedPassword(user: User, passwordHash: string, { byHelpDesk }: { byHelpDesk?: true }): User {
  const isFirst = user.passwordHash === undefined;
  const needsConfirmation = isFirst ? { isFirst } : {};
  return {
    ...setOwnPassword(user, passwordHash),
    needsConfirmation,
    ...(byHelpDesk && { passwordByHelpDesk: byHelpDesk }),
  };
}

/** A password that the user chose without a link is one that the help desk does not know. */
export function setOwnPassword(user: User, passwordHash: string): User {
  const { passwordByHelpDesk: _replaced, ...rest } = user;
  return { ...rest, passwordHash };
}

/** Removes all marks of a password after an administrator has confirmed the user or another one was set. */
export function vouchForPassword(user: User): User {
  const { passwordByHelpDesk: _vouched, ...rest } = removeNeedsConfirmation(user);
  return rest;
}

/**
 * Removes the mark after another factor has confirmed the user. That the help desk may know the password stays: the
 * user may have kept one that it chose.
 */
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
