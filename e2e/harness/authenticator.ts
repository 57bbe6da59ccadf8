import { generateSync as hotp } from '@otplib/hotp';
import { crypto } from '@otplib/plugin-crypto-node';
import { base32 } from '@scure/base';

const PERIOD_MS = 30_000;

/** The code that an authenticator app with this base32 secret shows, so many steps ahead of now. */
export function appCode(secret: string, ahead = 0, now = Date.now()): string {
  const plain = secret.replaceAll(/\s/g, '');
  const seed = base32.decode(plain.padEnd(Math.ceil(plain.length / 8) * 8, '='));
  const counter = Math.floor(now / PERIOD_MS) + ahead;
  return hotp({ secret: seed, counter, digits: 6, algorithm: 'sha1', crypto });
}
