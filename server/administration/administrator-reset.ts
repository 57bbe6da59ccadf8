import type { Administrator } from '../administrators/administrator.ts';
import type { AdministratorReset } from './administrator-link.ts';

/**
 * True if the administrator can reset by mail. Only with a token, which the sign-in still asks for: an administrator
 * without one enrols it with the password alone, so that the mailbox would be enough.
 */
export function mayResetByMail({ state, passwordHash, token }: Administrator): boolean {
  return state === 'active' && passwordHash !== undefined && token !== undefined;
}

/** The same as {@link isResetLinkValid}, for an administrator. */
export function isAdministratorResetValid(
  reset: AdministratorReset,
  administrator: Administrator,
  passwordDigest: string,
  now: number,
): boolean {
  const isUnchanged = reset.email === administrator.email && reset.passwordDigest === passwordDigest;
  return mayResetByMail(administrator) && isUnchanged && now < reset.expiresAt;
}
