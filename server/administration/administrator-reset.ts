import type { Administrator } from '../administrators/administrator.ts';
import { hasPasskey } from '../administrators/factor-policy.ts';
import type { AdministratorReset } from './administrator-link.ts';

/**
 * True if the administrator can reset by mail. Only with a second factor, which the sign-in still requires: an
 * administrator without one enrols it with the password alone, so that the mailbox would be enough.
 */
export function mayResetByMail(administrator: Administrator): boolean {
  const { state, passwordHash, token } = administrator;
  return state === 'active' && passwordHash !== undefined && (token !== undefined || hasPasskey(administrator));
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
