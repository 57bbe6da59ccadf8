import type { OathToken } from '../../token.ts';
import { codeMatcher, type VerifiableToken, verifyOtp } from './verify.ts';

/** A counting device that is new here may have been pressed so often. */
export const PROOF_LOOK_AHEAD = 100;

/**
 * Whether somebody has the device that they say they have: by a code of it, before it becomes a token. What the code stands
 * for is used up by it.
 *
 * @param token as it is to be made
 * @returns its `nextCounter`; undefined where the code is not the device's
 */
export function provePossession(
  token: VerifiableToken,
  secret: Uint8Array,
  otp: string,
  now: number,
): OathToken['nextCounter'] | undefined {
  if (token.factor.kind === 'totp') {
    const verdict = verifyOtp(token, secret, otp, now);
    return verdict.verdict === 'accepted' ? verdict.counter + 1 : undefined;
  }
  if (otp.length !== token.digits || !/^[0-9]+$/.test(otp)) return undefined;
  const matches = codeMatcher(token, secret, otp);
  const counters = Array.from({ length: PROOF_LOOK_AHEAD + 1 }, (_, ahead) => token.nextCounter + ahead);
  // Every one is computed, whichever matches.
  const [counter] = counters.filter((one) => matches(one));
  return counter === undefined ? undefined : counter + 1;
}
