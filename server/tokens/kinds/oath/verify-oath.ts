import type { FactorVerdict, VerifyNeeds } from '../../factor-check.ts';
import { advanceCounter } from '../../lockout.ts';
import { splitPin } from '../../pin.ts';
import type { CodeAnswer } from '../../second-answer.ts';
import { seedContext } from '../../seed-context.ts';
import type { OathToken } from '../../token.ts';
import { rejectFutureStep, stepOutside, verifyOtp } from './verify.ts';

/** Verifies a code that an app or a fob shows, with its PIN if it has one. */
export function verifyOath(
  ports: VerifyNeeds,
  token: OathToken,
  { otp: typed }: CodeAnswer,
  now: number,
): FactorVerdict {
  const { otp, isPinRight } = splitPin(ports, token, typed);
  const secret = ports.secrets.open(token.sealedSecret, seedContext(token.account, token.id));
  const judged = verifyOtp(token, secret, otp, now);
  // A right code after a wrong PIN is not used up, so that an attacker who saw it cannot invalidate it.
  if (!isPinRight) return { verdict: 'wrong' };
  if (judged.verdict === 'accepted') return { verdict: 'accepted', next: advanceCounter(token, judged.counter) };
  if (judged.verdict === 'replayed') return judged;
  const step = stepOutside(token, secret, otp, now);
  return step === undefined ? judged : { verdict: 'wrong', next: rejectFutureStep(token, step, now), clockOff: true };
}
