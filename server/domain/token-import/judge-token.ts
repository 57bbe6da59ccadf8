import { SECRET_MAX_BYTES, SECRET_MIN_BYTES } from '../otp/code.ts';
import { OTP_ALGORITHMS, type OtpAlgorithm } from '../token.ts';
import { Flawed, type ImportedToken } from './import-file.ts';

/** What a row says, in its own words. */
export interface SaidOfToken {
  kind: string | undefined;
  name: string | undefined;
  serial?: string | undefined;
  algorithm?: string | undefined;
  digits?: string | undefined;
  periodSeconds?: string | undefined;
  counter?: string | undefined;
  driftSteps?: number | undefined;
  expiresAt?: number | undefined;
}

/** The kinds that can be imported. OCRA is read (its kind is `ocra`) and refused as long as it is missing here. */
const KINDS: readonly ImportedToken['kind'][] = ['totp', 'hotp'];

const LONGEST_PERIOD = 86_400;
/** As for a token made by hand: so that looking ahead never leaves what a number can hold. */
const LARGEST_COUNTER = Number.MAX_SAFE_INTEGER - 1000;

/**
 * The token that a row stands for, within the bounds of a token made by hand.
 *
 * @throws Flawed with the first thing that is wrong
 */
export function judgeToken(said: SaidOfToken, secret: Uint8Array): ImportedToken {
  if (said.kind === undefined) throw new Flawed('KIND_MISSING');
  const kind = KINDS.find((known) => known === said.kind?.toLowerCase());
  if (kind === undefined) throw new Flawed('KIND_UNSUPPORTED');
  if (secret.length === 0) throw new Flawed('SEED_MISSING');
  if (secret.length < SECRET_MIN_BYTES) throw new Flawed('SEED_TOO_SHORT');
  if (secret.length > SECRET_MAX_BYTES) throw new Flawed('SEED_TOO_LONG');
  const name = said.name ?? said.serial;
  if (name === undefined || !isLabel(name, 100)) throw new Flawed('NAME_INVALID');
  if (said.serial !== undefined && !isLabel(said.serial, 64)) throw new Flawed('SERIAL_INVALID');
  const digits = wholeNumber(said.digits ?? '6', 'DIGITS_UNSUPPORTED');
  if (digits !== 6 && digits !== 8) throw new Flawed('DIGITS_UNSUPPORTED');
  const period = kind === 'totp' ? wholeNumber(said.periodSeconds ?? '30', 'PERIOD_UNSUPPORTED') : 30;
  if (period < 30 || period > LONGEST_PERIOD || period % 30 !== 0) throw new Flawed('PERIOD_UNSUPPORTED');
  const counter = kind === 'hotp' ? wholeNumber(said.counter, 'COUNTER_INVALID') : 0;
  if (counter > LARGEST_COUNTER) throw new Flawed('COUNTER_INVALID');
  return {
    name,
    ...(said.serial !== undefined && { serial: said.serial }),
    kind,
    algorithm: algorithmOf(said.algorithm),
    digits,
    periodMs: period * 1000,
    counter,
    driftSteps: kind === 'totp' ? (said.driftSteps ?? 0) : 0,
    secret,
    ...(said.expiresAt !== undefined && { expiresAt: said.expiresAt }),
  };
}

/** `SHA-256`, `HMAC-SHA256`, `HmacSHA256`, `sha256` are one. Nothing said is SHA1, as everywhere in OATH. */
function algorithmOf(text: string | undefined): OtpAlgorithm {
  if (text === undefined) return 'SHA1';
  const plain = text.toUpperCase().replace(/^HMAC/, '').replaceAll(/[-_]/g, '');
  const known = OTP_ALGORITHMS.find((algorithm) => algorithm === plain);
  if (known === undefined) throw new Flawed('ALGORITHM_UNSUPPORTED');
  return known;
}

/** @throws Flawed when the text is no whole number from 0 that can be held exactly */
export function wholeNumber(text: string | undefined, flaw: Flawed['flaw']): number {
  if (text === undefined || !/^[0-9]{1,16}$/.test(text)) throw new Flawed(flaw);
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new Flawed(flaw);
  return number;
}

function isLabel(text: string, longest: number): boolean {
  return text.trim() !== '' && text.length <= longest && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);
}
