const OTP = /^[0-9]{6,10}$/;

/**
 * The one-time password if the input is exactly 6 to 10 ASCII digits, else undefined. Nothing is trimmed or converted:
 * what is refused here is refused before it counts as an attempt (SR-47).
 */
export function parseOtp(input: unknown): string | undefined {
  return typeof input === 'string' && OTP.test(input) ? input : undefined;
}

/** Digits of the PIN that a token may have, typed before or after the code. */
export const PIN_DIGITS = 4;

const TYPED = /^[0-9]{6,14}$/;

/** What a person types as a code: a one-time password, with its token's PIN where it has one. Just as strict. */
export function parseTypedOtp(input: unknown): string | undefined {
  return typeof input === 'string' && TYPED.test(input) ? input : undefined;
}
