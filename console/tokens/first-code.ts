import { base32nopad } from '@scure/base';
import type { Algorithm } from '../shared/user.ts';
import { t } from './i18n.ts';

/** What the page knows of a token in the moment in which it is made, and never again. */
export interface FreshSecret {
  kind: 'totp' | 'hotp';
  /** Base32. */
  secret: string;
  algorithm: Algorithm;
  digits: number;
  periodMs: number;
  /** HOTP: the next one. */
  counter: number;
}

/** `steps`: by how many steps the device is ahead of the clock here, or behind it. */
export type FirstVerdict = { kind: 'right' } | { kind: 'off'; steps: number } | { kind: 'wrong' };

/** So far off is worth telling: a clock that is set to another time zone by half an hour, a button that was played with. */
const STEPS_LOOKED_AT = 60;
const HASHES: Readonly<Record<Algorithm, string>> = { SHA1: 'SHA-1', SHA256: 'SHA-256', SHA512: 'SHA-512' };

/** Base32 as people type it: in groups, in any case, with or without what fills it up. */
export function readSecret(text: string): Uint8Array | undefined {
  try {
    return base32nopad.decode(text.replace(/[\s=-]/g, '').toUpperCase());
  } catch {
    return undefined;
  }
}

export function secretMistake(text: string): string | undefined {
  const bytes = readSecret(text);
  if (!bytes) return t('secretBad');
  return bytes.length < 16 || bytes.length > 64 ? t('secretLength') : undefined;
}

/** The code of this counter (RFC 4226, section 5.3), by the browser's own HMAC. */
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
 * Whether a device was set up right, judged in the page by the secret that it has at hand just now. The service hears
 * nothing of it: no counter moves, no failure is counted, and the code is still good for a sign-in.
 *
 * @param now by the service's clock
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

function nearestFirst(most: number): number[] {
  return [0, ...Array.from({ length: most }, (_, at) => [at + 1, -at - 1]).flat()];
}
