import type { Challenge } from '../../challenge.ts';
import type { FactorVerdict, VerifyNeeds } from '../../factor-check.ts';
import { splitPin } from '../../pin.ts';
import type { OcraToken } from '../../token.ts';
import { openOcraToken } from './ocra-token.ts';
import { verifyOcra } from './verify.ts';

/**
 * The answer to a question of ours, with the token's PIN where it has one. The question is used up by the commit that accepts
 * (SR-45): where the suite has neither counter nor time, nothing else stands against a repeat.
 */
export function verifyOcraAnswer(
  ports: VerifyNeeds,
  token: OcraToken,
  challenge: Challenge | undefined,
  typed: string,
  now: number,
): FactorVerdict {
  if (challenge?.kind !== 'ocra' || now >= challenge.expiresAt) return { verdict: 'not-asked' };
  const { otp, isPinRight } = splitPin(ports, token, typed);
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
