import type { Ports } from '../../../kernel/ports/ports.ts';
import type { Challenge } from '../../challenge.ts';
import type { Candidate, FactorCheck } from '../../factor-check.ts';
import { clearResync } from '../../lockout.ts';
import { splitPin } from '../../pin.ts';
import type { CodeAnswer } from '../../second-answer.ts';
import type { OcraToken } from '../../token.ts';
import type { ResyncResult } from '../kind-actions.ts';
import { openOcraToken } from './ocra-token.ts';
import { resynchroniseOcra } from './resync.ts';
import { verifyOcraAnswer } from './verify-ocra-answer.ts';

/**
 * Verifies the answer to a question, with the token's PIN if it has one. The commit that accepts uses the question up
 * (SR-45): in a suite with neither counter nor time, this alone prevents a repeat.
 */
export function verifyOcra(
  ports: Pick<Ports, 'secrets'>,
  token: OcraToken,
  { otp: typed }: CodeAnswer,
  now: number,
  { challenge: asked }: Pick<Candidate, 'challenge'>,
): FactorCheck {
  const challenge = asked?.value;
  if (challenge?.kind !== 'ocra' || now >= challenge.expiresAt) return { verdict: 'not-asked' };
  const { otp, isPinRight } = splitPin(ports, token, typed);
  const { verifiable, secret, bound } = openOcraToken(ports, token);
  const attempt = { ...bound, question: challenge.question, answer: otp };
  const judged = verifyOcraAnswer(verifiable, secret, attempt, now);
  if (!isPinRight) return { verdict: 'wrong' };
  if (judged.verdict !== 'accepted') return judged;
  // A right answer to an answered question: a double click, or an attacker who saw the first.
  if (challenge.usedAt !== undefined) return { verdict: 'replayed' };
  return {
    verdict: 'accepted',
    next: { ...token, nextCounter: judged.nextCounter },
    challenge: { ...challenge, usedAt: now },
  };
}

const UNFIT = { kind: 'refused', code: 'TOKEN_KIND_UNFIT' } as const;

/** Finds the counter or clock of a device by its answers to two questions. */
export function resyncOcra(
  ports: Pick<Ports, 'secrets'>,
  token: OcraToken,
  [one, two]: readonly (Challenge | undefined)[],
  [first, second]: readonly [string, string],
  now: number,
): ResyncResult {
  const { verifiable, secret, bound } = openOcraToken(ports, token);
  if (!verifiable.suite.counter && !verifiable.suite.time) return UNFIT;
  if (one?.kind !== 'ocra' || two?.kind !== 'ocra') return { kind: 'refused', code: 'NOTHING_ASKED' };
  const answers = [
    { question: one.question, answer: first },
    { question: two.question, answer: second },
  ] as const;
  const place = resynchroniseOcra(verifiable, secret, answers, bound, now);
  if (place.kind !== 'found') return place.kind === 'no-place' ? UNFIT : place;
  const { nextCounter, driftSteps } = place;
  return { kind: 'found', next: { ...clearResync(token), nextCounter, factor: { ...token.factor, driftSteps } } };
}
