import { generateSync } from 'otplib';

const PERIOD_MS = 30_000;

/** The code of a token at this counter. */
export function hotpCode(secret: string | Uint8Array, counter: number, digits: 6 | 8 = 6): string {
  return generateSync({ strategy: 'hotp', secret, counter, digits });
}

/** The code of an authenticator app with this base32 secret, this many time steps from now. */
export function appCode(secret: string, ahead = 0): string {
  return hotpCode(secret.replaceAll(/\s/g, ''), Math.floor(Date.now() / PERIOD_MS) + ahead);
}
