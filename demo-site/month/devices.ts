import { hotp } from '../../server/tokens/kinds/oath/code.ts';

/** Of every app and fob in the demo. */
const FORMAT = { algorithm: 'SHA1', digits: 6 } as const;
const PERIOD_MS = 30_000;

/** The code that an authenticator app shows at that time. */
export function appCode(secret: Uint8Array, at: number): string {
  return fobCode(secret, Math.floor(at / PERIOD_MS));
}

/** The code that a fob shows for this counter. */
export function fobCode(secret: Uint8Array, counter: number): string {
  return hotp({ ...FORMAT, secret, counter });
}
