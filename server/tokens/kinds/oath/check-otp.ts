import { type VerifiableToken, windowAt } from './otp-window.ts';
import { codeMatcher, verifyOtp } from './verify-otp.ts';

/** Steps before the current one in which a TOTP code is still recognised: ten minutes of the usual thirty seconds. */
export const CHECK_BACK_STEPS = 20;
/** Counters before the next one in which a HOTP code is still recognised. */
export const CHECK_BACK_COUNTERS = 10;

export type CodeCheck =
  /**
   * A sign-in would accept it now. `offset`, TOTP: its step against ours, which shows the drift of the device's clock;
   * HOTP: the number of unused codes that it would skip.
   */
  | { verdict: 'right'; offset: number }
  /** It, or a later one, was used. */
  | { verdict: 'used' }
  /**
   * TOTP: it was right that many steps ago (negative), and is too late now: the device's clock, or the user, is slow.
   */
  | { verdict: 'late'; offset: number }
  | { verdict: 'wrong' };

/**
 * The verdict of a sign-in on a code now. There is no next state to commit. It reveals no more than that about future
 * codes: one ahead of its time is wrong here, because an attacker could wait for that time.
 *
 * Every candidate is computed and compared in constant time, whichever matches.
 *
 * @param now milliseconds since the epoch, from the server's clock
 */
export function checkOtp(token: VerifiableToken, secret: Uint8Array, otp: string, now: number): CodeCheck {
  const judged = verifyOtp(token, secret, otp, now);
  const { oldest, latest } = windowAt(token, now);
  const { factor, nextCounter } = token;
  const isTotp = factor.kind === 'totp';
  const reference = isTotp ? Math.floor(now / factor.periodMs) : nextCounter;
  const from = reference - (isTotp ? CHECK_BACK_STEPS : CHECK_BACK_COUNTERS);
  const to = isTotp ? latest : nextCounter - 1;
  const past = latestMatch(codeMatcher(token, secret, otp), from, to);

  if (judged.verdict === 'accepted') return { verdict: 'right', offset: judged.counter - reference };
  if (judged.verdict === 'replayed') return { verdict: 'used' };
  if (past === undefined) return { verdict: 'wrong' };
  if (!isTotp || past >= oldest || past === nextCounter - 1) return { verdict: 'used' };
  return { verdict: 'late', offset: past - reference };
}

/** The latest moving factor in this range with this code. */
function latestMatch(matches: (counter: number) => boolean, from: number, to: number): number | undefined {
  let found: number | undefined;
  for (let counter = Math.max(0, from); counter <= to; counter++) if (matches(counter)) found = counter;
  return found;
}
