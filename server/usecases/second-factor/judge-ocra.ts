import type { Challenge } from '../../domain/challenge.ts';
import { verifyOcra } from '../../domain/ocra/verify.ts';
import type { OcraToken } from '../../domain/token.ts';
import type { Judgement, JudgeNeeds } from './judgement.ts';
import { openOcraToken } from './ocra-token.ts';
import { withoutPin } from './pin.ts';

/**
 * The answer to a question of ours, with the token's PIN where it has one. The question is used up by the commit that accepts
 * (SR-45): where the suite has neither counter nor time, nothing else stands against a repeat.
 */
export function judgeOcra(
  ports: JudgeNeeds,
  token: OcraToken,
  challenge: Challenge | undefined,
  typed: string,
  now: number,
): Judgement {
  if (challenge?.kind !== 'ocra' || now >= challenge.expiresAt) return { verdict: 'not-asked' };
  const { otp, isPinRight } = withoutPin(ports, token, typed);
  const { verifiable, secret, bound } = openOcraToken(ports, token);
  const attempt = { ...bound, question: challenge.question, answer: otp };
  const judged = verifyOcra(verifiable, secret, attempt, now);
  if (!isPinRight) return { verdict: 'wrong' };
  if (judged.verdict !== 'accepted') return judged;
  // A right answer to a question that has been answered: the second click, or somebody who saw the first.
  if (challenge.usedAt !== undefined) return { verdict: 'replayed' };
  return {
    verdict: 'accepted',
    next: { ...token, nextCounter: judged.nextCounter },
    challenge: { ...challenge, usedAt: now },
  };
}
