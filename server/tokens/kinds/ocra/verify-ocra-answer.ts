import { timingSafeEqual } from 'node:crypto';
import { DRIFT_MAX_STEPS, HOTP_LOOK_AHEAD } from '../oath/otp-window.ts';
import { type OcraInput, ocraAnswer } from './answer.ts';
import { type OcraSuite, stepMs } from './suite.ts';

/** The fields of a token that decide about an answer. */
export interface VerifiableOcraToken {
  suite: OcraSuite;
  /**
   * With a counter: the next one that counts. With time alone: the earliest step that still counts. Only ever grows
   * (SR-8). Suites with neither do not change it.
   */
  nextCounter: number;
  /** The drift of the device's clock, in steps; bounded. 0 until learned. */
  driftSteps: number;
}

/** An answer, its question, and the other inputs that the suite binds. */
export interface OcraAttempt extends Pick<OcraInput, 'question' | 'pinHash' | 'session'> {
  answer: string;
}

export type OcraCheck =
  | {
      verdict: 'accepted';
      /** To be committed as the token's `nextCounter` before the response. */
      nextCounter: number;
    }
  | { verdict: 'replayed' }
  | { verdict: 'wrong' };

/** A moving factor that an answer may belong to, and what a match uses up. */
interface Candidate {
  input: Pick<OcraInput, 'counter' | 'timeSteps'>;
  /** Absent: used up. A match is a replay. */
  nextCounter?: number;
}

const WRONG = { verdict: 'wrong' } as const;

/**
 * Verifies an answer to a question. The caller ensures that a question is answered once, by using it up in the commit
 * that accepts (SR-1, SR-45): with neither counter nor time nothing else prevents a repeat.
 *
 * - Counter: `nextCounter` and the ten after it (SR-43). The match uses up every earlier one; if two counters share
 *   the answer, the earlier is used.
 * - Time: the current step and the one before, widened (never moved) by the bounded learned drift, as of a TOTP token
 *   (SR-44). With a counter too, both have to match. Without one, several questions may be answered within a step, so the
 *   step that matched still counts, and none before it.
 * - `replayed`: the right answer for a used factor (the last counter, or a step in the window but before one
 *   that was accepted). It is refused even if a later factor has the same answer.
 *
 * Every candidate is computed and compared in constant time, whichever matches.
 *
 * @param now milliseconds since the epoch, from the server's clock
 * @throws {TypeError} a damaged token, or inputs that do not match the suite
 */
export function verifyOcraAnswer(
  token: VerifiableOcraToken,
  secret: Uint8Array,
  attempt: OcraAttempt,
  now: number,
): OcraCheck {
  if (!Number.isSafeInteger(token.nextCounter) || token.nextCounter < 0) throw new TypeError('a damaged counter');
  const { answer, ...bound } = attempt;
  if (!isAnswer(token.suite, answer)) return WRONG;
  const given = Buffer.from(answer, 'latin1');
  const matched = candidatesAt(token, now).filter(({ input }) => {
    const expected = Buffer.from(ocraAnswer(token.suite, secret, { ...bound, ...input }), 'latin1');
    return timingSafeEqual(expected, given);
  });
  if (matched.some(({ nextCounter }) => nextCounter === undefined)) return { verdict: 'replayed' };
  const nextCounter = matched.at(0)?.nextCounter;
  return nextCounter === undefined ? WRONG : { verdict: 'accepted', nextCounter };
}

/** Exactly the suite's digits, or the full length of hexadecimal ones for a whole HMAC (SR-47). */
function isAnswer({ digits, algorithm }: OcraSuite, answer: string): boolean {
  if (digits !== 0) return answer.length === digits && /^[0-9]+$/.test(answer);
  const macBytes = { SHA1: 20, SHA256: 32, SHA512: 64 }[algorithm];
  return answer.length === 2 * macBytes && /^[0-9a-f]+$/.test(answer);
}

/** Earlier factors first. */
function candidatesAt({ suite, nextCounter, driftSteps }: VerifiableOcraToken, now: number): Candidate[] {
  const steps = stepsAt(suite, driftSteps, now);
  if (suite.counter) {
    return countersFrom(nextCounter).flatMap((counter) => {
      const used = counter < nextCounter ? {} : { nextCounter: counter + 1 };
      return steps
        ? steps.map((timeSteps) => ({ input: { counter, timeSteps }, ...used }))
        : [{ input: { counter }, ...used }];
    });
  }
  if (!steps) return [{ input: {}, nextCounter }];
  return steps.map((timeSteps) => ({
    input: { timeSteps },
    ...(timeSteps < nextCounter ? {} : { nextCounter: timeSteps }),
  }));
}

/** The last one, which is used up, and those that count. */
function countersFrom(nextCounter: number): number[] {
  // `nextCounter` must stay a safe integer after the last acceptable counter is used up.
  const latest = Math.min(nextCounter + HOTP_LOOK_AHEAD, Number.MAX_SAFE_INTEGER - 1);
  return wholeNumbers(nextCounter - 1, latest);
}

/** The steps that count at this time, undefined if the suite has no time. */
function stepsAt(suite: OcraSuite, driftSteps: number, now: number): number[] | undefined {
  const lengthMs = stepMs(suite);
  if (lengthMs === undefined) return undefined;
  if (lengthMs === 0) throw new TypeError('a time step has a length');
  const step = Math.floor(now / lengthMs);
  const drift = Math.max(-DRIFT_MAX_STEPS, Math.min(DRIFT_MAX_STEPS, Math.trunc(driftSteps)));
  return wholeNumbers(step - 1 + Math.min(drift, 0), step + Math.max(drift, 0));
}

/** From the first to the last, none below 0. */
function wholeNumbers(first: number, last: number): number[] {
  const numbers: number[] = [];
  for (let number = Math.max(first, 0); number <= last; number++) numbers.push(number);
  return numbers;
}
