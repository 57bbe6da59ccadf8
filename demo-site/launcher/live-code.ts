import { crypto } from '@otplib/plugin-crypto-node';
import { generateSync } from '@otplib/totp';
import { base32 } from '@scure/base';

export interface LiveCode {
  /** As an authenticator app would show it now. */
  code: string;
  /** How long until the next one, 1 to the period. */
  secondsLeft: number;
}

/**
 * The code of a token at a moment, from its `otpauth://totp/...` address (Key Uri Format), in milliseconds since the epoch.
 * What an authenticator app does, for whoever has no phone at hand.
 */
export function liveCode(otpauthUri: string, now: number): LiveCode {
  const { searchParams } = new URL(otpauthUri);
  const period = Number(searchParams.get('period') ?? '30');
  const epoch = Math.floor(now / 1000);
  const code = generateSync({
    secret: base32.decode(padded(searchParams.get('secret') ?? '')),
    algorithm: hashOf(searchParams.get('algorithm') ?? 'SHA1'),
    digits: searchParams.get('digits') === '8' ? 8 : 6,
    period,
    epoch,
    crypto,
  });
  return { code, secondsLeft: period - (epoch % period) };
}

/** Addresses leave the padding out; the decoder wants it. */
function padded(secret: string): string {
  return secret.padEnd(Math.ceil(secret.length / 8) * 8, '=');
}

function hashOf(name: string): 'sha1' | 'sha256' | 'sha512' {
  if (name === 'SHA1') return 'sha1';
  if (name === 'SHA256') return 'sha256';
  if (name === 'SHA512') return 'sha512';
  throw new Error(`No authenticator app knows the algorithm ${name}.`);
}
