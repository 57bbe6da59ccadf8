import type { Ports } from '../../../kernel/ports/ports.ts';
import type { Candidate, FactorCheck } from '../../factor-check.ts';
import { advanceCounter, clearResync } from '../../lockout.ts';
import { splitPin } from '../../pin.ts';
import type { CodeAnswer } from '../../second-answer.ts';
import { seedContext } from '../../seed-context.ts';
import type { OathToken } from '../../token.ts';
import type { ResyncResult } from '../kind-actions.ts';
import { type CodeCheck, checkOtp } from './check-otp.ts';
import { resynchronise } from './resync.ts';
import { rejectFutureStep, stepOutside, verifyOtp } from './verify-otp.ts';

/** Verifies a code that an app or a fob shows, with its PIN if it has one. */
export function verifyOath(
  ports: Pick<Ports, 'secrets'>,
  token: OathToken,
  { otp: typed }: CodeAnswer,
  now: number,
  { isOnly = false }: Pick<Candidate, 'isOnly'> = {},
): FactorCheck {
  const { otp, isPinRight } = splitPin(ports, token, typed);
  const secret = ports.secrets.open(token.sealedSecret, seedContext(token.account, token.id));
  const judged = verifyOtp(token, secret, otp, now, { stopsWhenRight: isOnly && isPinRight });
  // A right code after a wrong PIN is not used up, so that an attacker who saw it cannot invalidate it.
  if (!isPinRight) return { verdict: 'wrong' };
  if (judged.verdict === 'accepted') return { verdict: 'accepted', next: advanceCounter(token, judged.counter) };
  if (judged.verdict === 'replayed') return judged;
  const step = stepOutside(token, secret, otp, now);
  return step === undefined ? judged : { verdict: 'wrong', next: rejectFutureStep(token, step, now), clockOff: true };
}

/** A right code after a wrong PIN is a wrong code: four digits are guessed quickly. */
export function checkOathCode(ports: Pick<Ports, 'secrets'>, token: OathToken, typed: string, now: number): CodeCheck {
  const { otp, isPinRight } = splitPin(ports, token, typed);
  const secret = ports.secrets.open(token.sealedSecret, seedContext(token.account, token.id));
  const judged = checkOtp(token, secret, otp, now);
  return isPinRight ? judged : { verdict: 'wrong' };
}

/** Finds the counter or clock of a token by two consecutive codes. */
export function resyncOath(
  ports: Pick<Ports, 'secrets'>,
  token: OathToken,
  _challenges: unknown,
  otps: readonly [string, string],
  now: number,
): ResyncResult {
  const secret = ports.secrets.open(token.sealedSecret, seedContext(token.account, token.id));
  const place = resynchronise(token, secret, otps, now);
  if (place.kind === 'not-found') return place;
  const { kind, nextCounter, ...drift } = place;
  return { kind, next: { ...clearResync(token), nextCounter, factor: { ...token.factor, ...drift } } };
}
