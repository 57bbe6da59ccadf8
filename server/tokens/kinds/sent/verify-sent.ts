import type { Ports } from '../../../kernel/ports/ports.ts';
import type { Candidate, FactorCheck } from '../../factor-check.ts';
import { splitPin } from '../../pin.ts';
import type { CodeAnswer } from '../../second-answer.ts';
import type { SentToken } from '../../token.ts';
import { isChallengeOf } from './out-of-band-code.ts';
import { isSentCode } from './send-code.ts';

/**
 * Verifies a sent code, with its token's PIN if it has one. Without a valid code there is nothing to guess, and so
 * nothing to count; the same holds after the code has been used.
 */
export function verifySent(
  ports: Pick<Ports, 'secrets'>,
  token: SentToken,
  { otp: typed }: CodeAnswer,
  now: number,
  { challenge: asked, scope }: Pick<Candidate, 'challenge' | 'scope'>,
): FactorCheck {
  const { otp, isPinRight } = splitPin(ports, token, typed);
  const challenge = asked?.value;
  if (!challenge || !isChallengeOf(challenge, token, now)) return { verdict: 'not-asked' };
  const isRight = isSentCode(ports, token, scope, challenge, otp);
  if (challenge.usedAt !== undefined) return { verdict: isRight && isPinRight ? 'replayed' : 'not-asked' };
  // A right code after a wrong PIN is not used up, so that an attacker who saw the message cannot invalidate it.
  if (!isRight || !isPinRight) return { verdict: 'wrong' };
  return { verdict: 'accepted', next: token, challenge: { ...challenge, usedAt: now } };
}
