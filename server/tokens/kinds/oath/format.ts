const OTP = /^[0-9]{6,10}$/;

/**
 * The one-time password if the input is exactly 6 to 10 ASCII digits, else undefined. Nothing is trimmed or converted:
 * a refusal here comes before the attempt counts (SR-47).
 */
export function parseOtp(input: unknown): string | undefined {
  return typeof input === 'string' && OTP.test(input) ? input : undefined;
}

/** Digits of a token's PIN, typed before or after the code. */
export const PIN_DIGITS = 4;

const TYPED = /^[0-9]{6,14}$/;

/** A code as the user types it: a one-time password, with its token's PIN if it has one. The same strict form. */
export function parseTypedOtp(input: unknown): string | undefined {
  return typeof input === 'string' && TYPED.test(input) ? input : undefined;
}
