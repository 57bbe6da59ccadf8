import { timingSafeEqual } from 'node:crypto';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { DRIFT_MAX_STEPS } from '../oath/otp-window.ts';
import { HOTP_RESYNC_AHEAD } from '../oath/resync.ts';
import { type OcraInput, ocraAnswer } from './answer.ts';
import { stepMs } from './suite.ts';
import type { VerifiableOcraToken } from './verify-ocra-answer.ts';

/** An answer and its question. */
export interface OcraResponse {
  question: string;
  answer: string;
}

export type OcraResync =
  | {
      kind: 'found';
      /** Only ever grows (SR-8): both answers are used up, as a sign-in would have used them up. */
      nextCounter: number;
      driftSteps: number;
    }
  | { kind: 'not-found' }
  /** The suite has neither counter nor time, so it cannot be out of step. */
  | { kind: 'no-place' };

interface Place {
  counter?: number;
  timeSteps?: number;
}

const NOT_FOUND = { kind: 'not-found' } as const;

/**
 * Finds the counter or clock drift of a token by its answers to two questions, given one after the other (SR-43, in the
 * spirit of RFC 4226 section 7.4). A wide search is as hard to guess as a narrow one, since a guess has to be right
 * twice.
 *
 * - Counter: the first answer is that of `nextCounter` or one of the hundred after it, the second that of the one
 * after.
 * - Time: both are at most {@link DRIFT_MAX_STEPS} steps from ours, one more back for a step that has just ended; the
 * second
 *   of the same step as the first or the next. The distance becomes the drift.
 *
 * Every pair is computed and compared in constant time, whichever matches.
 *
 * @param now milliseconds since the epoch, from the server's clock
 * @throws {TypeError} a damaged token, or questions that do not fit its suite
 */
export function resynchroniseOcra(
  token: VerifiableOcraToken,
  secret: Uint8Array,
  [first, second]: readonly [OcraResponse, OcraResponse],
  bound: Pick<OcraInput, 'pinHash'>,
  now: number,
): OcraResync {
  const { suite, nextCounter } = token;
  const lengthMs = stepMs(suite);
  if (!suite.counter && lengthMs === undefined) return { kind: 'no-place' };
  if (![first, second].every(({ answer }) => answer.length === suite.digits && /^[0-9]+$/.test(answer))) {
    return NOT_FOUND;
  }
  const fits = ({ question, answer }: OcraResponse, place: Place) => {
    const expected = ocraAnswer(suite, secret, { ...bound, question, ...place });
    return timingSafeEqual(Buffer.from(expected, 'latin1'), Buffer.from(answer, 'latin1'));
  };
  const found = positionsAt(token, lengthMs, now).flatMap((place) => {
    const isFirst = fits(first, place);
    const following = after(place).filter((next) => fits(second, next));
    return isFirst ? following : [];
  });
  // As with a single answer: the earliest counter.
  const place = found.at(0);
  if (!place) return NOT_FOUND;
  const ahead =
    place.timeSteps === undefined || lengthMs === undefined ? 0 : place.timeSteps - Math.floor(now / lengthMs);
  return {
    kind: 'found',
    nextCounter: place.counter === undefined ? Math.max(nextCounter, place.timeSteps ?? 0) : place.counter + 1,
    driftSteps: Math.max(-DRIFT_MAX_STEPS, Math.min(DRIFT_MAX_STEPS, ahead)),
  };
}

/** The possible factors of the first answer: none that is used up. */
function positionsAt({ suite, nextCounter }: VerifiableOcraToken, lengthMs: number | undefined, now: number): Place[] {
  const steps = lengthMs === undefined ? undefined : stepsAround(Math.floor(now / lengthMs));
  if (!suite.counter) return (steps ?? []).filter((step) => step >= nextCounter).map((timeSteps) => ({ timeSteps }));
  // `nextCounter` must stay a safe integer after both are used up.
  const latest = Math.min(nextCounter + HOTP_RESYNC_AHEAD, Number.MAX_SAFE_INTEGER - 2);
  const places: Place[] = [];
  for (let counter = nextCounter; counter <= latest; counter++) {
    for (const timeSteps of steps ?? [undefined]) places.push({ counter, ...omitUndefined({ timeSteps }) });
  }
  return places;
}

function stepsAround(step: number): number[] {
  const count = 2 * DRIFT_MAX_STEPS + 2;
  return Array.from({ length: count }, (_, at) => step - DRIFT_MAX_STEPS - 1 + at).filter((one) => one >= 0);
}

/** The possible factors of the next answer. */
function after({ counter, timeSteps }: Place): Place[] {
  const next = counter === undefined ? {} : { counter: counter + 1 };
  return timeSteps === undefined ? [next] : [0, 1].map((later) => ({ ...next, timeSteps: timeSteps + later }));
}
