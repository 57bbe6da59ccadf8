import type { Account } from '../accounts/account.ts';
import type { Administrator } from '../administrators/administrator.ts';
import { callDependency } from '../kernel/dependency.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Result } from '../kernel/result.ts';
import { normalisePassword, passwordRefusal, validatePassword } from '../passwords/password-policy.ts';

/** Words that an attacker tries first: the name, the local part of the address, the name of the account. */
export function personalWords(
  account: Pick<Account, 'name'> | undefined,
  { name, email }: Pick<Administrator, 'name' | 'email'>,
): string[] {
  const words = [name, email.slice(0, email.lastIndexOf('@'))];
  return account ? [...words, account.name] : words;
}

/**
 * Hashes an administrator's password. Every sign-in of an administrator also demands a second factor (SR-37).
 *
 * @param personal words that the password may not contain, see {@link personalWords}
 */
export async function hashAdministratorPassword(
  ports: Pick<Ports, 'hasher' | 'breachedPasswords'>,
  password: string,
  personal: readonly string[],
): Promise<Result<{ passwordHash: string }>> {
  const judged = await validatePassword(ports, password, { secondFactor: true, personal });
  if (judged) return passwordRefusal(judged);
  return {
    passwordHash: await callDependency('hashing a password', () => ports.hasher.hash(normalisePassword(password))),
  };
}
