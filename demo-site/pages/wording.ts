import type { ResultClaims } from '../../clients/typescript/src/index.ts';

/** Formats cents as `€ 18.50`. */
export function price(cents: number): string {
  return `€ ${(cents / 100).toFixed(2)}`;
}

/** Describes the sign-in method from the claims of the result. */
export function methodOf({ amr, otp }: Pick<ResultClaims, 'amr' | 'otp'>): string {
  const hasPassword = amr.includes('pwd');
  if (otp === 'verified') return hasPassword ? 'Password and one-time code' : 'One-time code';
  if (otp === 'skipped') return hasPassword ? 'Password; one-time code skipped' : 'One-time code skipped';
  return hasPassword ? 'Password' : 'No factor';
}

/** Explains the `otp` claim to the user. */
export function otpMeaning(otp: ResultClaims['otp']): string {
  if (otp === 'verified') return 'A code from your device was checked.';
  if (otp === 'skipped') return 'Your device is switched off, so no code was asked for.';
  return 'No code was asked for.';
}

/** Formats seconds since the epoch as `25 November 2026, 14:03:27 UTC`. */
export function moment(seconds: number): string {
  return new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'long',
    timeStyle: 'medium',
    timeZone: 'UTC',
  })
    .format(seconds * 1000)
    .replace(' at ', ', ')
    .concat(' UTC');
}
