import type { Candidate, Judgement, JudgeNeeds } from '../../../authentication/factor-check.ts';
import { withoutPin } from '../../pin.ts';
import type { SentToken } from '../../token.ts';
import { standsFor } from './out-of-band-code.ts';
import { isSentCode } from './send-code.ts';

/**
 * A code that was sent, with its token's PIN where it has one. Without a code that stands there is nothing that a guess could
 * hit, and so nothing to count; the same holds when the code that was sent has been used.
 */
export function judgeSent(
  ports: JudgeNeeds,
  token: SentToken,
  { challenge: asked, scope }: Pick<Candidate, 'challenge' | 'scope'>,
  typed: string,
  now: number,
): Judgement {
  const { otp, isPinRight } = withoutPin(ports, token, typed);
  const challenge = asked?.value;
  if (!challenge || !standsFor(challenge, token, now)) return { verdict: 'not-asked' };
  const isRight = isSentCode(ports, token, scope, challenge, otp);
  if (challenge.usedAt !== undefined) return { verdict: isRight && isPinRight ? 'replayed' : 'not-asked' };
  // A right code behind a wrong PIN is not used up: whoever reads a message over a shoulder cannot burn it.
  if (!isRight || !isPinRight) return { verdict: 'wrong' };
  return { verdict: 'accepted', next: token, challenge: { ...challenge, usedAt: now } };
}
