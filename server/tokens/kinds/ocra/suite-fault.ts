import { HOUR_MS } from '../../../kernel/time.ts';
import { type OcraSuite, stepMs } from './suite.ts';

/** As of every one-time password here (RFC 4226 section 5.3, R4; SR-47). */
const DIGITS_MIN = 6;
/** With a counter or time an answer is worth nothing later, so a question may come again. */
const QUESTION_MIN = 6;
/** Without them whoever saw an answer may use it when its question comes again: one time in 10^8 for each. */
const LASTING_QUESTION_MIN = 8;
/** The two smallest of the lengths that RFC 6287 names; an id or a hash fits. */
const SESSION_MAX_BYTES = 128;
/** Time to read a question, type it and type the answer, one step back being accepted. */
const STEP_MIN_MS = 30_000;
const STEP_MAX_MS = HOUR_MS;

/** Which part of a suite keeps a token of it from being enrolled. */
export type SuiteFault = 'digits' | 'question' | 'session' | 'time';

/**
 * What RFC 6287 allows is more than should let anybody in (SR-45). Answers have 6 to 10 digits: a whole HMAC, which nobody
 * types and `parseOtp` refuses, is out. Questions have at least 6 characters, or 8 where neither counter nor time is in
 * the suite; session data at most 128 bytes; time steps are between half a minute and an hour.
 *
 * @returns the first part that is not taken, undefined when the suite is
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
