import { parseOtp } from './format.ts';
import { DRIFT_MAX_STEPS, type VerifiableToken } from './otp-window.ts';
import { codeMatcher } from './verify-otp.ts';

/** Counters after the next one at which the first of two codes is still searched (SR-43). */
export const HOTP_RESYNC_AHEAD = 100;

export type Resync =
  | {
      kind: 'found';
      /** The moving factor after the second code: both are used up, and every earlier one. */
      nextCounter: number;
      /** TOTP only: the new drift of the device's clock, from -{@link DRIFT_MAX_STEPS} to {@link DRIFT_MAX_STEPS}. */
      driftSteps?: number;
    }
  | { kind: 'not-found' };

const NOT_FOUND = { kind: 'not-found' } as const;

/**
 * Finds the counter or clock drift of a token by two consecutive codes (RFC 4226 section 7.4, RFC 6238 section 6). A
 * wider search is as hard to guess as a narrow one, since a guess has to be right twice.
 *
 * - HOTP: the first code is that of `nextCounter` or one of the hundred after it.
 * - TOTP: the second code is at most as far from the current step as the widest window of {@link verifyOtp} reaches.
 *   Its distance becomes the drift. A device that was ahead by `n` steps is ahead by `n + 1` during a part of every step,
 *   since its steps start at other times than ours; so one more is learned there, within the bound.
 *
 * Only unused factors count, so the counter and the accepted codes never go back (SR-8). Every pair is computed and
 * compared in constant time, whichever matches.
 *
 * @param otps in the order in which the device showed them
 * @param now milliseconds since the epoch, from the server's clock
 */
export function resynchronise(
  token: VerifiableToken,
  secret: Uint8Array,
  otps: readonly [string, string],
  now: number,
): Resync {
  if (!otps.every((otp) => parseOtp(otp) !== undefined && otp.length === token.digits)) return NOT_FOUND;
  const isFirst = codeMatcher(token, secret, otps[0]);
  const isSecond = codeMatcher(token, secret, otps[1]);
  const { from, to } = positionsAt(token, now);

  const seconds: number[] = [];
  for (let counter = from; counter <= to; counter++) {
    const first = isFirst(counter);
    const second = isSecond(counter + 1);
    if (first && second) seconds.push(counter + 1);
  }

  // As with a single code: of TOTP steps the later one, so that the codes are void in the next; of counters the earlier
  // one.
  const second = token.factor.kind === 'totp' ? seconds.at(-1) : seconds.at(0);
  if (second === undefined) return NOT_FOUND;
  const nextCounter = second + 1;
  if (token.factor.kind === 'hotp') return { kind: 'found', nextCounter };
  return { kind: 'found', nextCounter, driftSteps: learnedDrift(second - stepAt(token.factor.periodMs, now)) };
}

/** The range of the first code, both ends included. */
function positionsAt({ factor, nextCounter }: VerifiableToken, now: number): { from: number; to: number } {
  // `nextCounter` must stay a safe integer after both are used up.
  const ceiling = Number.MAX_SAFE_INTEGER - 2;
  if (factor.kind === 'hotp') return { from: nextCounter, to: Math.min(nextCounter + HOTP_RESYNC_AHEAD, ceiling) };
  const step = stepAt(factor.periodMs, now);
  return {
    from: Math.max(nextCounter, step - DRIFT_MAX_STEPS - 2),
    to: Math.min(step + DRIFT_MAX_STEPS - 1, ceiling),
  };
}

function learnedDrift(ahead: number): number {
  return ahead > 0 ? Math.min(ahead + 1, DRIFT_MAX_STEPS) : Math.max(ahead, -DRIFT_MAX_STEPS);
}

function stepAt(periodMs: number, now: number): number {
  return Math.floor(now / periodMs);
}
