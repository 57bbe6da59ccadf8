const OTP = /^[0-9]{6,10}$/;

/**
 * The one-time password if the input is exactly 6 to 10 ASCII digits, else undefined. Nothing is trimmed or converted:
 * what is refused here is refused before it counts as an attempt (SR-47).
 */
export function parseOtp(input: unknown): string | undefined {
  return typeof input === 'string' && OTP.test(input) ? input : undefined;
}
