import type { ResultClaims } from '../../clients/typescript/src/index.ts';

/** Formats cents as `€ 18.50`. */
export function price(cents: number): string {
  return `€ ${(cents / 100).toFixed(2)}`;
}

type SignInClaims = Pick<ResultClaims, 'amr' | 'otp'>;

/** Describes the sign-in method from the claims of the result. */
export function methodOf({ amr, otp }: SignInClaims): string {
  const hasPassword = amr.includes('pwd');
  const second = isByPasskey(amr) ? 'passkey' : 'one-time code';
  if (otp === 'verified') return capitalized(hasPassword ? `password and ${second}` : second);
  if (otp === 'skipped') return hasPassword ? 'Password; one-time code skipped' : 'One-time code skipped';
  if (otp === 'remembered') return 'Password in a trusted browser';
  return hasPassword ? 'Password' : 'No factor';
}

/** Explains the `otp` claim to the user. It does not say where a code came from: an app, a text message, an email. */
export function otpMeaning({ amr, otp }: SignInClaims): string {
  if (otp === 'verified') return isByPasskey(amr) ? 'Your passkey was checked.' : 'Your code was checked.';
  if (otp === 'skipped') return 'Your device is switched off, so no code was asked for.';
  if (otp === 'remembered') return 'You trust this browser, so no code was asked for.';
  return 'No code was asked for.';
}

function isByPasskey(amr: readonly string[]): boolean {
  return amr.includes('hwk') || amr.includes('swk');
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
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
