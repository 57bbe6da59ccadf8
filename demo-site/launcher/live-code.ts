import { generateSync } from 'otplib';

export interface LiveCode {
  /** The code that an authenticator app would show now. */
  code: string;
  /** Seconds until the next code, from 1 to the period. */
  secondsLeft: number;
}

/**
 * The code of a token at a moment (milliseconds since the epoch), from its `otpauth://totp/...` address (Key Uri
 * Format). It replaces an authenticator app when you have no phone at hand.
 */
export function liveCode(otpauthUri: string, now: number): LiveCode {
  const { searchParams } = new URL(otpauthUri);
  const period = Number(searchParams.get('period') ?? '30');
  const epoch = Math.floor(now / 1000);
  const code = generateSync({
    secret: searchParams.get('secret') ?? '',
    algorithm: hashOf(searchParams.get('algorithm') ?? 'SHA1'),
    digits: searchParams.get('digits') === '8' ? 8 : 6,
    period,
    epoch,
  });
  return { code, secondsLeft: period - (epoch % period) };
}

function hashOf(name: string): 'sha1' | 'sha256' | 'sha512' {
  if (name === 'SHA1') return 'sha1';
  if (name === 'SHA256') return 'sha256';
  if (name === 'SHA512') return 'sha512';
  throw new Error(`No authenticator app knows the algorithm ${name}.`);
}
