import { judgePassword, normalisePassword } from '../../domain/password-policy.ts';
import type { Ports } from '../../ports/index.ts';
import { needing } from '../needing.ts';
import { refusal, type Verdict } from '../verdict.ts';

/** The one way to an administrator's password. A second factor is always asked for beside it (SR-37). */
export async function hashAdministratorPassword(
  ports: Pick<Ports, 'hasher'>,
  password: string,
): Promise<Verdict<{ passwordHash: string }>> {
  const judged = judgePassword(password);
  if (judged) return refusal(judged);
  return { passwordHash: await needing('hashing a password', () => ports.hasher.hash(normalisePassword(password))) };
}
