import { usedUp } from '../../domain/lockout.ts';
import { verifyOtp } from '../../domain/otp/verify.ts';
import type { OathToken } from '../../domain/token.ts';
import { seedContext } from '../seed-context.ts';
import type { Judgement, JudgeNeeds } from './judgement.ts';
import { withoutPin } from './pin.ts';

/** A code that an app or a fob shows by itself, with its PIN where it has one. */
export function judgeOath(ports: JudgeNeeds, token: OathToken, typed: string, now: number): Judgement {
  const { otp, isPinRight } = withoutPin(ports, token, typed);
  const secret = ports.secrets.open(token.sealedSecret, seedContext(token.account, token.id));
  const judged = verifyOtp(token, secret, otp, now);
  // A right code behind a wrong PIN is not used up: whoever reads a code over a shoulder cannot burn it.
  if (!isPinRight) return { verdict: 'wrong' };
  return judged.verdict === 'accepted' ? { verdict: 'accepted', next: usedUp(token, judged.counter) } : judged;
}
