import { hotp } from '../tokens/kinds/oath/code.ts';
import { boundedDrift, type VerifiableToken } from '../tokens/kinds/oath/otp-window.ts';

/** The code that the token's device shows: at its own time for `now` (TOTP), or for the next counter (HOTP). */
export function currentOtp(token: VerifiableToken, secret: Uint8Array, now: number): string {
  const counter =
    token.factor.kind === 'totp'
      ? Math.max(0, Math.floor(now / token.factor.periodMs) + boundedDrift(token.factor))
      : token.nextCounter;
  return hotp({ secret, counter, digits: token.digits, algorithm: token.algorithm });
}
