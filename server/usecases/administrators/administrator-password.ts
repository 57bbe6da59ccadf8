import { judgePassword, normalisePassword } from '../../domain/password-policy.ts';
import type { Ports } from '../../ports/index.ts';
import { needing } from '../needing.ts';
import { refusePassword } from '../new-password.ts';
import type { Verdict } from '../verdict.ts';

/**
 * The one way to an administrator's password. A second factor is always asked for beside it (SR-37).
 *
 * @param personal words that go with them and that the password may not be made of: name, address, account
 */
export async function hashAdministratorPassword(
  ports: Pick<Ports, 'hasher'>,
  password: string,
  personal: readonly string[],
): Promise<Verdict<{ passwordHash: string }>> {
  const judged = judgePassword(password, { secondFactor: true, personal });
  if (judged) return refusePassword(judged);
  return { passwordHash: await needing('hashing a password', () => ports.hasher.hash(normalisePassword(password))) };
}
