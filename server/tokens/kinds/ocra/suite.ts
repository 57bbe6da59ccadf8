import { OTP_ALGORITHMS, type OtpAlgorithm } from '@countersign/protocol/tokens';
import { HOUR_MS, MINUTE_MS } from '../../../kernel/time.ts';

declare const suiteText: unique symbol;
/** An OCRASuite in its one spelling (RFC 6287 section 6). */
export type OcraSuiteText = string & { readonly [suiteText]: true };

/** The characters of questions: decimal digits, hexadecimal digits, letters and digits (RFC 6287 section 6.3). */
export type QuestionFormat = 'N' | 'H' | 'A';

/** The parts of an OCRASuite. */
export interface OcraSuite {
  /** Hash of the HMAC. */
  algorithm: OtpAlgorithm;
  /** Digits of an answer, 4 to 10. 0: not truncated, the answer is the whole HMAC. */
  digits: number;
  /** C: a counter goes into the answer. */
  counter: boolean;
  /** Q: the maximum length of a question, 4 to 64. Ours always have the full length. */
  question: { format: QuestionFormat; length: number };
  /** P: the hash of the PIN that goes into the answer. */
  pin?: OtpAlgorithm;
  /** S: bytes of session data, 1 to 999. */
  session?: number;
  /** T: length of a time step. 1 to 59 seconds or minutes, 0 to 48 hours. */
  time?: { amount: number; unit: TimeUnit };
}

export type TimeUnit = keyof typeof UNIT_MS;
const UNIT_MS = { S: 1_000, M: MINUTE_MS, H: HOUR_MS } as const;

/** Every part has one spelling and no part can be mistaken for another, so matching takes linear time (SR-57). */
const SHAPE =
  /^OCRA-1:HOTP-(SHA1|SHA256|SHA512)-(0|[4-9]|10):(C-)?Q([ANH])(0[4-9]|[1-5][0-9]|6[0-4])(?:-P(SHA1|SHA256|SHA512))?(?:-S(?!000)([0-9]{3}))?(?:-T(?:([1-9]|[1-5][0-9])([SM])|([0-9]|[1-3][0-9]|4[0-8])(H)))?$/;

/**
 * The parts of an OCRASuite, or undefined for any other text (RFC 6287 section 6). Only the RFC's own spelling counts,
 * in capitals, because the text itself goes into every answer. `suiteFault` says which suites this server accepts.
 *
 * @example parseSuite('OCRA-1:HOTP-SHA256-8:QN08-T1M')?.time // { amount: 1, unit: 'M' }
 */
export function parseSuite(text: unknown): OcraSuite | undefined {
  const match = typeof text === 'string' ? SHAPE.exec(text) : null;
  if (!match) return undefined;
  const [, hash, digits, counter, format, length, pin, session, shortAmount, shortUnit, hours] = match;
  const algorithm = OTP_ALGORITHMS.find((name) => name === hash);
  const pinHash = OTP_ALGORITHMS.find((name) => name === pin);
  if (algorithm === undefined) return undefined;
  const suite: OcraSuite = {
    algorithm,
    digits: Number(digits),
    counter: counter !== undefined,
    question: { format: format === 'A' || format === 'H' ? format : 'N', length: Number(length) },
  };
  if (pinHash !== undefined) suite.pin = pinHash;
  if (session !== undefined) suite.session = Number(session);
  if (hours !== undefined) suite.time = { amount: Number(hours), unit: 'H' };
  if (shortAmount !== undefined) suite.time = { amount: Number(shortAmount), unit: shortUnit === 'S' ? 'S' : 'M' };
  return suite;
}

/**
 * The text of a suite: `formatSuite(parseSuite(text))` is `text`.
 *
 * @throws {TypeError} a part is out of its range
 */
export function formatSuite(suite: OcraSuite): OcraSuiteText {
  const { question, pin, session, time } = suite;
  const inputs = [`Q${question.format}${String(question.length).padStart(2, '0')}`];
  if (suite.counter) inputs.unshift('C');
  if (pin !== undefined) inputs.push(`P${pin}`);
  if (session !== undefined) inputs.push(`S${String(session).padStart(3, '0')}`);
  if (time !== undefined) inputs.push(`T${time.amount}${time.unit}`);
  const text = `OCRA-1:HOTP-${suite.algorithm}-${suite.digits}:${inputs.join('-')}`;
  if (!SHAPE.test(text)) throw new TypeError('no OCRASuite has these parts');
  return text as OcraSuiteText;
}

/** The length of a time step, in milliseconds; undefined if the suite has no time. 0 for the unusable `T0H`. */
export function stepMs({ time }: OcraSuite): number | undefined {
  return time && time.amount * UNIT_MS[time.unit];
}
