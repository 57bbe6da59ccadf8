import type { OtpAlgorithm } from '@countersign/protocol/tokens';
import { base32nopad } from '@scure/base';
import { t } from './i18n.ts';

/** A new token's secret and settings, which the page has only right after creation. */
export interface FreshSecret {
  kind: 'totp' | 'hotp';
  /** Base32. */
  secret: string;
  algorithm: OtpAlgorithm;
  digits: number;
  periodMs: number;
  /** HOTP: the counter of the next code. */
  counter: number;
}

/** `steps`: how far the device is ahead of the clock here; negative if it is behind. */
export type FirstVerdict = { kind: 'right' } | { kind: 'off'; steps: number } | { kind: 'wrong' };

/** Search this far: a clock may be half an hour off, and a button may have been pressed by accident. */
const STEPS_LOOKED_AT = 60;
const HASHES: Readonly<Record<OtpAlgorithm, string>> = { SHA1: 'SHA-1', SHA256: 'SHA-256', SHA512: 'SHA-512' };

/** Reads Base32 as users type it: in groups, in any case, with or without padding. */
export function readSecret(text: string): Uint8Array | undefined {
  try {
    return base32nopad.decode(text.replace(/[\s=-]/g, '').toUpperCase());
  } catch {
    return undefined;
  }
}

export function secretError(text: string): string | undefined {
  const bytes = readSecret(text);
  if (!bytes) return t('secretBad');
  return bytes.length < 16 || bytes.length > 64 ? t('secretLength') : undefined;
}

/** The code for a counter (RFC 4226, section 5.3), computed with Web Crypto. */
export async function codeAt(token: FreshSecret, counter: number): Promise<string> {
  const bytes = readSecret(token.secret);
  if (!bytes) throw new Error('The service answered no base32.');
  const algorithm = { name: 'HMAC', hash: HASHES[token.algorithm] };
  const key = await crypto.subtle.importKey('raw', new Uint8Array(bytes), algorithm, false, ['sign']);
  const message = new DataView(new ArrayBuffer(8));
  message.setBigUint64(0, BigInt(counter));
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, message.buffer));
  const offset = mac.getUint8(mac.byteLength - 1) & 0x0f;
  const number = mac.getUint32(offset) & 0x7fffffff;
  return String(number % 10 ** token.digits).padStart(token.digits, '0');
}

/**
 * Checks in the page whether a device was set up correctly, with the secret just created. The service is not involved:
 * no counter moves, no failure is counted, and the code stays usable for a sign-in.
 *
 * @param now the service's clock
 */
export async function verifyFirstCode(token: FreshSecret, code: string, now: number): Promise<FirstVerdict> {
  const typed = code.replace(/\s/g, '');
  const at = token.kind === 'totp' ? Math.floor(now / token.periodMs) : token.counter;
  const isNear = (steps: number) => (token.kind === 'totp' ? Math.abs(steps) <= 1 : steps >= 0 && steps <= 4);
  for (const steps of nearestFirst(STEPS_LOOKED_AT)) {
    const counter = at + steps;
    if (counter < 0 || (token.kind === 'hotp' && steps < 0)) continue;
    if ((await codeAt(token, counter)) === typed) return isNear(steps) ? { kind: 'right' } : { kind: 'off', steps };
  }
  return { kind: 'wrong' };
}

function nearestFirst(max: number): number[] {
  return [0, ...Array.from({ length: max }, (_, at) => [at + 1, -at - 1]).flat()];
}
