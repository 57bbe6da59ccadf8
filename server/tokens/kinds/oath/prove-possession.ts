import type { OathToken } from '../../token.ts';
import type { VerifiableToken } from './otp-window.ts';
import { codeMatcher, verifyOtp } from './verify-otp.ts';

/** The maximum presses of a counter-based device before it is registered here. */
export const PROOF_LOOK_AHEAD = 100;

/**
 * Verifies a code of a device before it becomes a token, as proof that the user has it. The code is used up by it.
 *
 * @param token as it is to be created
 * @returns its `nextCounter`; undefined if the code is not the device's
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
  const matches = codeMatcher(token, secret, otp);
  const counters = Array.from({ length: PROOF_LOOK_AHEAD + 1 }, (_, ahead) => token.nextCounter + ahead);
  // Every one is computed, whichever matches.
  const [counter] = counters.filter((one) => matches(one));
  return counter === undefined ? undefined : counter + 1;
}
