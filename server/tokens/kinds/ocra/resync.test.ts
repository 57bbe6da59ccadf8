import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OCRA_KEYS, suiteOf } from '../../../testing/ocra-samples.ts';
import { DRIFT_MAX_STEPS } from '../oath/otp-window.ts';
import { HOTP_RESYNC_AHEAD } from '../oath/resync.ts';
import { ocraAnswer } from './answer.ts';
import { resynchroniseOcra } from './resync.ts';
import { verifyOcraAnswer } from './verify-ocra-answer.ts';

const COUNTING = suiteOf('OCRA-1:HOTP-SHA1-8:C-QN08');
const TIMED = suiteOf('OCRA-1:HOTP-SHA512-8:QN08-T1M');
const BOTH = suiteOf('OCRA-1:HOTP-SHA256-8:C-QN08-PSHA256-T1M');
const NOW = 1_800_000_030_000;
const STEP = NOW / 60_000 - 0.5;
const PIN_HASH = new Uint8Array(32).fill(7);
const QUESTIONS = ['40817263', '00000001'] as const;

type Suite = typeof COUNTING;
const keyOf = (suite: Suite) => OCRA_KEYS[suite.algorithm];
const boundOf = (suite: Suite) => (suite.pin ? { pinHash: PIN_HASH } : {});

/** The answers of a device at that counter to both questions. */
function answersOf(suite: Suite, at: { counter?: number; steps?: number }, second = 1) {
  return QUESTIONS.map((question, place) => ({
    question,
    answer: ocraAnswer(suite, keyOf(suite), {
      question,
      ...boundOf(suite),
      ...(suite.counter && { counter: (at.counter ?? 0) + place * second }),
      ...(suite.time && { timeSteps: at.steps ?? STEP }),
    }),
  })) as [{ question: string; answer: string }, { question: string; answer: string }];
}

const find = (suite: Suite, nextCounter: number, answers: ReturnType<typeof answersOf>, now = NOW) =>
  resynchroniseOcra({ suite, nextCounter, driftSteps: 0 }, keyOf(suite), answers, boundOf(suite), now);

// SR-43
test('SR-43: one right answer and one guess find nothing, nor do answers that do not follow one another', () => {
  const [first, second] = answersOf(COUNTING, { counter: 40 });
  expect(find(COUNTING, 30, [first, { ...second, answer: '00000000' }])).toEqual({ kind: 'not-found' });
  expect(find(COUNTING, 30, [{ ...first, answer: '00000000' }, second])).toEqual({ kind: 'not-found' });
  expect(find(COUNTING, 30, answersOf(COUNTING, { counter: 40 }, 2))).toEqual({ kind: 'not-found' });
  expect(find(COUNTING, 30, answersOf(COUNTING, { counter: 40 }, 0))).toEqual({ kind: 'not-found' });
  const swapped = [
    { ...first, answer: second.answer },
    { ...second, answer: first.answer },
  ] as const;
  expect(find(COUNTING, 30, [...swapped])).toEqual({ kind: 'not-found' });
});

// SR-8
test('SR-8: a counter is found up to a hundred ahead, never behind, and only grows', () => {
  const known = fc.nat(1_000_000);
  fc.assert(
    fc.property(known, fc.integer({ min: -20, max: 120 }), (nextCounter, ahead) => {
      const counter = Math.max(0, nextCounter + ahead);
      const place = find(COUNTING, nextCounter, answersOf(COUNTING, { counter }));
      const isWithin = counter >= nextCounter && counter <= nextCounter + HOTP_RESYNC_AHEAD;
      expect(place).toEqual(
        isWithin ? { kind: 'found', nextCounter: counter + 2, driftSteps: 0 } : { kind: 'not-found' },
      );
    }),
  );
});

test('a wrong clock is learned within its bound, and then the next answer counts', () => {
  fc.assert(
    fc.property(fc.integer({ min: -12, max: 12 }), (ahead) => {
      const place = find(TIMED, 0, answersOf(TIMED, { steps: STEP + ahead }));
      if (ahead > DRIFT_MAX_STEPS || ahead < -DRIFT_MAX_STEPS - 1) {
        expect(place).toEqual({ kind: 'not-found' });
        return;
      }
      if (place.kind !== 'found') throw new Error(`not found at ${ahead}`);
      expect(Math.abs(place.driftSteps)).toBeLessThanOrEqual(DRIFT_MAX_STEPS);
      const token = { suite: TIMED, ...place };
      const attempt = { question: '12345678', answer: '' };
      const answer = ocraAnswer(TIMED, keyOf(TIMED), { question: attempt.question, timeSteps: STEP + ahead });
      expect(verifyOcraAnswer(token, keyOf(TIMED), { ...attempt, answer }, NOW).verdict).toBe('accepted');
    }),
  );
});

test('with counter, PIN and time all three have to match', () => {
  const answers = answersOf(BOTH, { counter: 57, steps: STEP - 2 });
  expect(find(BOTH, 12, answers)).toEqual({ kind: 'found', nextCounter: 59, driftSteps: -2 });
  const token = { suite: BOTH, nextCounter: 12, driftSteps: 0 };
  const otherPin = { pinHash: new Uint8Array(32).fill(8) };
  expect(resynchroniseOcra(token, keyOf(BOTH), answers, otherPin, NOW)).toEqual({ kind: 'not-found' });
});

test('a step before an accepted one is not found again', () => {
  expect(find(TIMED, STEP, answersOf(TIMED, { steps: STEP - 1 }))).toEqual({ kind: 'not-found' });
  expect(find(TIMED, STEP, answersOf(TIMED, { steps: STEP }))).toMatchObject({ kind: 'found', nextCounter: STEP });
});

test('a suite with neither counter nor time cannot be out of step', () => {
  const suite = suiteOf('OCRA-1:HOTP-SHA1-6:QN08');
  expect(find(suite, 0, answersOf(suite, {}))).toEqual({ kind: 'no-place' });
});

test.each(['1234567', '123456789', '1234567a', '١٢٣٤٥٦٧٨', ''])('%j is no answer', (answer) => {
  const [first, second] = answersOf(COUNTING, {});
  expect(find(COUNTING, 0, [{ ...first, answer }, second])).toEqual({ kind: 'not-found' });
});

test('at the largest counter nothing is found that could not be used up', () => {
  const last = Number.MAX_SAFE_INTEGER - 2;
  expect(find(COUNTING, last, answersOf(COUNTING, { counter: last }))).toEqual({
    kind: 'found',
    nextCounter: Number.MAX_SAFE_INTEGER,
    driftSteps: 0,
  });
  expect(find(COUNTING, last + 1, answersOf(COUNTING, { counter: last }))).toEqual({ kind: 'not-found' });
});
