import { HOUR_MS } from '../../../kernel/time.ts';
import { type OcraSuite, stepMs } from './suite.ts';

/** As for every one-time password here (RFC 4226 section 5.3, R4; SR-47). */
const DIGITS_MIN = 6;
/** With a counter or time an answer expires, so a question may repeat. */
const QUESTION_MIN = 6;
/** Without them an attacker who saw an answer may use it when its question repeats: one time in 10^8 for each. */
const LASTING_QUESTION_MIN = 8;
/** The two smallest lengths that RFC 6287 names; an id or a hash fits. */
const SESSION_MAX_BYTES = 128;
/** Enough time to read a question, type it and type the answer, with one earlier step accepted. */
const STEP_MIN_MS = 30_000;
const STEP_MAX_MS = HOUR_MS;

/** The part of a suite that makes it unacceptable. */
export type SuiteFault = 'digits' | 'question' | 'session' | 'time';

/**
 * RFC 6287 allows more than is safe for a sign-in (SR-45). Answers have 6 to 10 digits: a whole HMAC cannot be typed,
 * and `parseOtp` refuses it. Questions have at least 6 characters, or 8 in a suite with neither counter nor time;
 * session data at most 128 bytes; time steps are between half a minute and an hour.
 *
 * @returns the first unacceptable part, undefined if the suite is acceptable
 */
export function suiteFault(suite: OcraSuite): SuiteFault | undefined {
  if (suite.digits < DIGITS_MIN) return 'digits';
  const moves = suite.counter || suite.time !== undefined;
  if (suite.question.length < (moves ? QUESTION_MIN : LASTING_QUESTION_MIN)) return 'question';
  if (suite.session !== undefined && suite.session > SESSION_MAX_BYTES) return 'session';
  const step = stepMs(suite);
  if (step !== undefined && (step < STEP_MIN_MS || step > STEP_MAX_MS)) return 'time';
  return undefined;
}
