import { OTP_ALGORITHMS, type OtpAlgorithm } from '@countersign/protocol/tokens';
import { ImportError } from './import-file.ts';

/** The fields of a row, as written. */
export interface DeclaredToken {
  kind: string | undefined;
  name: string | undefined;
  serial?: string | undefined;
  /** Id or any name of a user. */
  owner?: string | undefined;
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
  /** OCRA: the questions that the device accepts. */
  questions?: DeclaredQuestions | undefined;
}

export interface DeclaredQuestions {
  encoding: string | undefined;
  /** Characters. */
  least: string | undefined;
  most: string | undefined;
  /** The question has a check digit at the end. */
  checked: boolean;
}

/** The same limit as for a token created by hand: the look-ahead must stay a safe integer. */
const MAX_COUNTER = Number.MAX_SAFE_INTEGER - 1000;

/** @throws ImportError */
export function counterOf(text: string | undefined): number {
  const counter = wholeNumber(text, 'COUNTER_INVALID');
  if (counter > MAX_COUNTER) throw new ImportError('COUNTER_INVALID');
  return counter;
}

/**
 * `SHA-256`, `HMAC-SHA256`, `HmacSHA256`, `sha256` are one. The default is SHA1, as everywhere in OATH.
 *
 * @throws ImportError
 */
export function algorithmOf(text: string | undefined): OtpAlgorithm {
  if (text === undefined) return 'SHA1';
  const plain = text.toUpperCase().replace(/^HMAC/, '').replaceAll(/[-_]/g, '');
  const known = OTP_ALGORITHMS.find((algorithm) => algorithm === plain);
  if (known === undefined) throw new ImportError('ALGORITHM_UNSUPPORTED');
  return known;
}

/** @throws ImportError if the text is not an integer from 0 that can be represented exactly */
export function wholeNumber(text: string | undefined, flaw: ImportError['code']): number {
  if (text === undefined || !/^[0-9]{1,16}$/.test(text)) throw new ImportError(flaw);
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new ImportError(flaw);
  return number;
}
