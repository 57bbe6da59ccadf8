import { needing } from '../kernel/dependency.ts';
import { judgeOath } from '../tokens/kinds/oath/verify-oath.ts';
import { judgeOcra } from '../tokens/kinds/ocra/verify-ocra.ts';
import { judgePasskey } from '../tokens/kinds/passkey/verify-passkey.ts';
import { judgeRecovery } from '../tokens/kinds/recovery/verify-recovery.ts';
import { judgeSent } from '../tokens/kinds/sent/verify-sent.ts';
import { isOath, isOcra, isRecovery, isSent, isWebauthn } from '../tokens/token.ts';
import type { Candidate, Judgement, JudgeNeeds } from './factor-check.ts';
import type { SecondAnswer } from './second-factor.ts';

/**
 * One answer against one token. Nothing is written here: what an accepted answer uses up is in the judgement, and the
 * caller commits it on exactly the versions that were read. A token whose secret does not open is an outage (SR-3).
 */
export async function judgeAnswer(
  ports: JudgeNeeds,
  candidate: Candidate,
  answer: SecondAnswer,
  now: number,
): Promise<Judgement> {
  const token = candidate.stored.value;
  return needing('checking a second factor', () => {
    if (answer.kind === 'code' && isOath(token)) return judgeOath(ports, token, answer.otp, now);
    if (answer.kind === 'code' && isOcra(token))
      return judgeOcra(ports, token, candidate.challenge?.value, answer.otp, now);
    if (answer.kind === 'code' && isSent(token)) return judgeSent(ports, token, candidate, answer.otp, now);
    if (answer.kind === 'recovery' && isRecovery(token)) return judgeRecovery(ports, token, answer.code);
    if (answer.kind === 'webauthn' && isWebauthn(token)) return judgePasskey(token, answer);
    return { verdict: 'not-asked' };
  });
}
