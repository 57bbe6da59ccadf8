import { createHash, createHmac, createSecretKey } from 'node:crypto';
import type { OtpAlgorithm } from '@countersign/protocol/tokens';
import { dynamicTruncate, truncateDigits } from '@otplib/core';
import { LEGACY_SECRET_MIN_BYTES, SECRET_MAX_BYTES } from '../oath/code.ts';
import { formatSuite, type OcraSuite, type QuestionFormat } from './suite.ts';

/** Fits two questions of 64 characters, one from each side. */
const QUESTION_BYTES = 128;
const HASH_BYTES = { SHA1: 20, SHA256: 32, SHA512: 64 } as const satisfies Record<OtpAlgorithm, number>;
const CHARACTERS = { N: /^[0-9]+$/, H: /^[0-9A-Fa-f]+$/, A: /^[0-9A-Za-z]+$/ } as const satisfies Record<
  QuestionFormat,
  RegExp
>;

/** The inputs of an answer: exactly those that the suite names. */
export interface OcraInput {
  /**
   * A question in the format of the suite. In a mutual exchange both questions in a row, first that of the side to be
   * convinced first (RFC 6287 section 7.2).
   */
  question: string;
  /** C: integer from 0 to 2^53 - 1. */
  counter?: number;
  /** P: from {@link hashPin}. */
  pinHash?: Uint8Array;
  /** S: text of 1 to as many bytes of UTF-8 as the suite says, without U+0000; check with {@link parseSession}. */
  session?: string;
  /** T: integer number of time steps since 1970. */
  timeSteps?: number;
}

/**
 * The answer to a question (RFC 6287 section 5). The caller has parsed all user input.
 *
 * @returns as many decimal digits as the suite says; for 0 the whole HMAC in lower-case hexadecimal
 * @throws {TypeError} an input is missing, not part of the suite (it would not be bound to the answer), or malformed
 */
export function ocraAnswer(suite: OcraSuite, secret: Uint8Array, input: OcraInput): string {
  if (secret.length < LEGACY_SECRET_MIN_BYTES || secret.length > SECRET_MAX_BYTES) {
    throw new TypeError(`a secret has ${LEGACY_SECRET_MIN_BYTES} to ${SECRET_MAX_BYTES} bytes`);
  }
  // Node 24 takes five times as long for a key of raw bytes.
  const mac = createHmac(suite.algorithm, createSecretKey(secret)).update(dataInput(suite, input)).digest();
  return suite.digits === 0 ? mac.toString('hex') : truncateDigits(dynamicTruncate(mac), suite.digits);
}

/** The session data if the text is valid for this suite: see {@link OcraInput.session}. */
export function parseSession(suite: OcraSuite, text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length === 0 || text.length > (suite.session ?? 0)) return undefined;
  // Padded with leading zero bytes, so a text with one would be ambiguous; a lone surrogate has no UTF-8.
  if (/[\0\p{Surrogate}]/u.test(text)) return undefined;
  return Buffer.byteLength(text) <= (suite.session ?? 0) ? text : undefined;
}

/**
 * P of a PIN (RFC 6287 section 5.1). A plain hash of a few digits protects nothing: seal it like the secret.
 *
 * @throws {TypeError} the suite has no PIN
 */
export function hashPin(suite: OcraSuite, pin: string): Uint8Array {
  if (suite.pin === undefined) throw new TypeError('the suite has no PIN');
  return createHash(suite.pin).update(pin, 'utf8').digest();
}

/**
 * OCRASuite | 00 | C | Q | P | S | T, without the inputs that the suite does not name (RFC 6287 section 5.1, errata
 * 4115).
 */
function dataInput(suite: OcraSuite, input: OcraInput): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`${formatSuite(suite)}\0`, 'latin1')];
  const counter = named('counter', suite.counter, input.counter);
  if (counter !== undefined) parts.push(eightBytes(counter));
  parts.push(questionBytes(suite, input.question));
  const pinHash = named('PIN', suite.pin !== undefined, input.pinHash);
  if (pinHash !== undefined) parts.push(pinBytes(suite, pinHash));
  const session = named('session', suite.session !== undefined, input.session);
  if (session !== undefined) parts.push(sessionBytes(suite, session));
  const timeSteps = named('time', suite.time !== undefined, input.timeSteps);
  if (timeSteps !== undefined) parts.push(eightBytes(timeSteps));
  return Buffer.concat(parts);
}

/** An input is present exactly if the suite names it. */
function named<T>(name: string, wanted: boolean, value: T | undefined): T | undefined {
  if (wanted && value === undefined) throw new TypeError(`the suite asks for an input: ${name}`);
  if (!wanted && value !== undefined) throw new TypeError(`the suite does not bind this input: ${name}`);
  return value;
}

/**
 * As hexadecimal digits, padded on the right with zeros. Decimal questions are numbers: leading zeros vanish, and a
 * number and sixteen times it are the same except for the padding. This is the RFC's own rule (appendix A).
 */
function questionBytes({ question: { format, length } }: OcraSuite, question: string): Buffer {
  if (!CHARACTERS[format].test(question) || question.length > 2 * length) {
    throw new TypeError('a question in another format than that of the suite');
  }
  if (format === 'A') return padded(Buffer.from(question, 'latin1'));
  const digits = format === 'N' ? BigInt(question).toString(16) : question;
  return padded(Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex'));
}

function padded(bytes: Buffer): Buffer {
  const field = Buffer.alloc(QUESTION_BYTES);
  bytes.copy(field);
  return field;
}

function pinBytes({ pin }: OcraSuite, hash: Uint8Array): Buffer {
  if (pin === undefined || hash.length !== HASH_BYTES[pin]) throw new TypeError('a PIN hashed in another way');
  return Buffer.from(hash);
}

/** Padded in front, as in the RFC's own program (appendix A). */
function sessionBytes(suite: OcraSuite, session: string): Buffer {
  if (parseSession(suite, session) === undefined) throw new TypeError('no session data for this suite');
  const bytes = Buffer.from(session, 'utf8');
  return Buffer.concat([Buffer.alloc((suite.session ?? 0) - bytes.length), bytes]);
}

function eightBytes(number: number): Buffer {
  if (!Number.isSafeInteger(number) || number < 0) throw new TypeError('counters and time steps are whole numbers');
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}
