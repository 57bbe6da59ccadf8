import { OTP_ALGORITHMS, type OtpAlgorithm } from '../token.ts';
import { Flawed } from './import-file.ts';

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
  /** OCRA. */
  suite?: string | undefined;
  /** OCRA: the PIN that its owner types into the device. */
  suitePin?: string | undefined;
  /** OCRA: which questions the device takes. */
  questions?: SaidOfQuestions | undefined;
}

export interface SaidOfQuestions {
  encoding: string | undefined;
  /** Characters. */
  least: string | undefined;
  most: string | undefined;
  /** A check digit is behind them. */
  checked: boolean;
}

/** As for a token made by hand: so that looking ahead never leaves what a number can hold. */
const LARGEST_COUNTER = Number.MAX_SAFE_INTEGER - 1000;

/** @throws Flawed */
export function counterOf(text: string | undefined): number {
  const counter = wholeNumber(text, 'COUNTER_INVALID');
  if (counter > LARGEST_COUNTER) throw new Flawed('COUNTER_INVALID');
  return counter;
}

/**
 * `SHA-256`, `HMAC-SHA256`, `HmacSHA256`, `sha256` are one. Nothing said is SHA1, as everywhere in OATH.
 *
 * @throws Flawed
 */
export function algorithmOf(text: string | undefined): OtpAlgorithm {
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
