import { callDependency } from '../kernel/dependency.ts';
import type { Candidate, FactorVerdict, VerifyNeeds } from '../tokens/factor-check.ts';
import { verifyOath } from '../tokens/kinds/oath/verify-oath.ts';
import { verifyOcraAnswer } from '../tokens/kinds/ocra/verify-ocra.ts';
import { verifyPasskey } from '../tokens/kinds/passkey/verify-passkey.ts';
import { verifyRecovery } from '../tokens/kinds/recovery/verify-recovery.ts';
import { verifySent } from '../tokens/kinds/sent/verify-sent.ts';
import { isOath, isOcra, isRecovery, isSent, isWebauthn } from '../tokens/token.ts';
import type { SecondAnswer } from './second-factor.ts';

/**
 * Verifies one answer against one token. Nothing is written here: the verdict contains what an accepted answer uses up,
 * and the caller commits it on exactly the versions that were read. A token whose secret does not open is an outage
 * (SR-3).
 */
export async function verifyAnswer(
  ports: VerifyNeeds,
  candidate: Candidate,
  answer: SecondAnswer,
  now: number,
): Promise<FactorVerdict> {
  const token = candidate.stored.value;
  return callDependency('checking a second factor', () => {
    if (answer.kind === 'code' && isOath(token)) return verifyOath(ports, token, answer.otp, now);
    if (answer.kind === 'code' && isOcra(token))
      return verifyOcraAnswer(ports, token, candidate.challenge?.value, answer.otp, now);
    if (answer.kind === 'code' && isSent(token)) return verifySent(ports, token, candidate, answer.otp, now);
    if (answer.kind === 'recovery' && isRecovery(token)) return verifyRecovery(ports, token, answer.code);
    if (answer.kind === 'webauthn' && isWebauthn(token)) return verifyPasskey(token, answer);
    return { verdict: 'not-asked' };
  });
}
