import type { AdministratorFactors } from '@countersign/protocol/session';
import type { Account } from '../accounts/account.ts';
import type { Administrator } from './administrator.ts';

/** The credentials of an administrator that decide how they sign in. */
type Credentials = Pick<Administrator, 'token' | 'passkeys'>;

/**
 * True if only a passkey opens the console (SR-81). Of the settings of installation and account the stricter one counts.
 */
export function requiresPasskey(
  installation: AdministratorFactors,
  account: Pick<Account, 'administratorFactors'>,
): boolean {
  return installation === 'passkey' || account.administratorFactors === 'passkey';
}

/** The second factor after the right password. `none`: only the operator's recovery link leads in. */
export type SecondFactor = 'code' | 'passkey' | 'passkey-or-code' | 'enrol-token' | 'enrol-passkey' | 'none';

/**
 * Decides what a sign-in requires after the password. A password alone sets up a first factor, and never another one
 * beside a factor that exists (SR-69).
 */
export function nextSecondFactor(credentials: Credentials, isPasskeyRequired: boolean): SecondFactor {
  const { token } = credentials;
  if (hasPasskey(credentials)) return isPasskeyRequired ? 'passkey' : 'passkey-or-code';
  if (isPasskeyRequired) return token === undefined ? 'enrol-passkey' : 'none';
  return token === undefined ? 'enrol-token' : 'code';
}

export function hasPasskey({ passkeys = [] }: Pick<Credentials, 'passkeys'>): boolean {
  return passkeys.length > 0;
}

/** True if a passkey may go: another one stays, or a token that still signs in. */
export function mayRemovePasskey({ token, passkeys = [] }: Credentials, isPasskeyRequired: boolean): boolean {
  return passkeys.length > 1 || (token !== undefined && !isPasskeyRequired);
}
