import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anySuite, OCRA_KEYS, suiteOf } from '../../../testing/ocra-samples.ts';
import { hashPin, type OcraInput, ocraAnswer } from './answer.ts';
import { makeChallenge } from './challenge.ts';
import { type OcraSuite, stepMs } from './suite.ts';
import { type VerifiableOcraToken, verifyOcraAnswer } from './verify-ocra-answer.ts';

const QUESTION = '40817263';
const PLAIN = 'OCRA-1:HOTP-SHA1-6:QN08';
const COUNTING = 'OCRA-1:HOTP-SHA256-8:C-QN08';
const TIMED = 'OCRA-1:HOTP-SHA512-8:QN08-T1M';
const BOTH = 'OCRA-1:HOTP-SHA512-8:C-QN08-T1M';
const MINUTE = 60_000;

const WRONG = { verdict: 'wrong' };
const REPLAYED = { verdict: 'replayed' };
const accepted = (nextCounter: number) => ({ verdict: 'accepted', nextCounter });

const tokenOf = (suite: string, changes: Partial<VerifiableOcraToken> = {}): VerifiableOcraToken =>
  Object.freeze({ suite: suiteOf(suite), nextCounter: 0, driftSteps: 0, ...changes });
const keyOf = ({ suite }: VerifiableOcraToken) => OCRA_KEYS[suite.algorithm];
const answerOf = (token: VerifiableOcraToken, input: Partial<OcraInput> = {}) =>
  ocraAnswer(token.suite, keyOf(token), { question: QUESTION, ...input });
/** The verdict on the device's answer with this counter or step. */
const verdictOn = (token: VerifiableOcraToken, input: Partial<OcraInput>, now: number) =>
  verifyOcraAnswer(token, keyOf(token), { question: QUESTION, answer: answerOf(token, input) }, now);

describe('a suite without counter and time', () => {
  const token = tokenOf(PLAIN, { nextCounter: 7 });

  test('accepts the answer to the question at any time, and does not change the counter', () => {
    for (const now of [0, 2 ** 31 * 1000, 2 ** 50]) expect(verdictOn(token, {}, now)).toEqual(accepted(7));
  });

  // SR-45. Attack: answer an old question.
  test('the answer to another question is wrong', () => {
    expect(verdictOn(token, { question: '40817264' }, 0)).toEqual(WRONG);
  });

  test('another key, another hash, other digits: wrong', () => {
    const answer = answerOf(token);
    expect(verifyOcraAnswer(token, OCRA_KEYS.SHA256, { question: QUESTION, answer }, 0)).toEqual(WRONG);
    const longer = tokenOf('OCRA-1:HOTP-SHA1-8:QN08');
    expect(verifyOcraAnswer(longer, OCRA_KEYS.SHA1, { question: QUESTION, answer: `00${answer}` }, 0)).toEqual(WRONG);
  });
});

// SR-43, SR-8
describe('the counter', () => {
  const token = tokenOf(COUNTING, { nextCounter: 100 });

  test('is searched in the next and the ten after it, and never goes back', () => {
    for (let counter = 85; counter <= 125; counter++) {
      const expected = counter === 99 ? REPLAYED : counter >= 100 && counter <= 110 ? accepted(counter + 1) : WRONG;
      expect(verdictOn(token, { counter }, 0)).toEqual(expected);
    }
  });

  // SR-1. Attack: submit an answer twice.
  test('an accepted answer is a replay, then wrong', () => {
    const used = { ...token, nextCounter: 104 };
    expect(verdictOn(used, { counter: 103 }, 0)).toEqual(REPLAYED);
    expect(verdictOn({ ...used, nextCounter: 105 }, { counter: 103 }, 0)).toEqual(WRONG);
  });

  test('a new token has no replay', () => {
    expect(verdictOn(tokenOf(COUNTING), { counter: 0 }, 0)).toEqual(accepted(1));
    expect(verdictOn(tokenOf(COUNTING), { counter: 10 }, 0)).toEqual(accepted(11));
    expect(verdictOn(tokenOf(COUNTING), { counter: 11 }, 0)).toEqual(WRONG);
  });

  test('stops at the largest counter', () => {
    const last = Number.MAX_SAFE_INTEGER - 1;
    expect(verdictOn(tokenOf(COUNTING, { nextCounter: last }), { counter: last }, 0)).toEqual(accepted(last + 1));
    const used = tokenOf(COUNTING, { nextCounter: last + 1 });
    expect(verdictOn(used, { counter: last }, 0)).toEqual(REPLAYED);
    expect(verdictOn(used, { counter: last + 1 }, 0)).toEqual(WRONG);
  });

  // SR-1: the attack is to use one text twice if two counters happen to share it.
  test('of two with the same answer the earlier is used up, and the text is a replay from then on', () => {
    const short = tokenOf('OCRA-1:HOTP-SHA1-4:C-QN08');
    const [earlier, later] = twins((counter) => answerOf(short, { counter }), 10);
    expect(verdictOn({ ...short, nextCounter: earlier }, { counter: later }, 0)).toEqual(accepted(earlier + 1));
    expect(verdictOn({ ...short, nextCounter: earlier + 1 }, { counter: later }, 0)).toEqual(REPLAYED);
  });
});

// SR-44
describe('the time', () => {
  const step = 20_000_000;
  const begins = step * MINUTE;

  test.each([
    [0, -1, 0],
    [-1, -2, 0],
    [-3, -4, 0],
    [1, -1, 1],
    [3, -1, 3],
    [-40, -4, 0],
    [40, -1, 3],
  ])('with a drift of %i steps: from %i to %i and no further', (driftSteps, oldest, latest) => {
    const token = tokenOf(TIMED, { driftSteps });
    for (let offset = -8; offset <= 8; offset++) {
      const expected = offset >= oldest && offset <= latest ? accepted(step + offset) : WRONG;
      expect(verdictOn(token, { timeSteps: step + offset }, begins)).toEqual(expected);
      expect(verdictOn(token, { timeSteps: step + offset }, begins + MINUTE - 1)).toEqual(expected);
    }
  });

  test.each([
    ['T30S', 30_000],
    ['T5M', 300_000],
    ['T1H', 3_600_000],
  ])('%s: is measured in its own steps', (text, lengthMs) => {
    const token = tokenOf(`OCRA-1:HOTP-SHA1-6:QN08-${text}`);
    expect(verdictOn(token, { timeSteps: 500 }, 500 * lengthMs - 1)).toEqual(WRONG);
    expect(verdictOn(token, { timeSteps: 500 }, 500 * lengthMs)).toEqual(accepted(500));
    expect(verdictOn(token, { timeSteps: 500 }, 502 * lengthMs - 1)).toEqual(accepted(500));
    expect(verdictOn(token, { timeSteps: 500 }, 502 * lengthMs)).toEqual(WRONG);
  });

  test('several questions may be answered within a step, and none of an earlier step', () => {
    const token = tokenOf(TIMED, { nextCounter: step });
    expect(verdictOn(token, { timeSteps: step }, begins)).toEqual(accepted(step));
    expect(verdictOn(token, { timeSteps: step - 1 }, begins)).toEqual(REPLAYED);
    expect(verdictOn(token, { timeSteps: step - 2 }, begins)).toEqual(WRONG);
  });

  // SR-62: a restored backup raises the earliest step beyond the present.
  test('before the earliest valid step no answer is accepted', () => {
    const token = tokenOf(TIMED, { nextCounter: step + 2 });
    expect(verdictOn(token, { timeSteps: step }, begins)).toEqual(REPLAYED);
    expect(verdictOn(token, { timeSteps: step + 2 }, begins + 2 * MINUTE)).toEqual(accepted(step + 2));
  });

  test.each([
    ['at the epoch', 0],
    ['where 32-bit seconds end', 2 ** 31 * 1000],
    ['where unsigned 32-bit seconds end', 2 ** 32 * 1000],
    ['in the year 9999', Date.parse('9999-12-31T23:59:59Z')],
  ])('%s', (_name, now) => {
    const timeSteps = Math.floor(now / MINUTE);
    expect(verdictOn(tokenOf(TIMED), { timeSteps }, now)).toEqual(accepted(timeSteps));
    expect(verdictOn(tokenOf(TIMED), { timeSteps: timeSteps + 1 }, now)).toEqual(WRONG);
  });
});

describe('counter and time together', () => {
  const token = tokenOf(BOTH, { nextCounter: 50 });
  const now = 30_000_000 * MINUTE;

  test('both have to match, and the counter is used up', () => {
    for (const counter of [48, 49, 50, 60, 61]) {
      for (const offset of [-2, -1, 0, 1]) {
        const inTime = offset === -1 || offset === 0;
        const expected = counter === 49 ? REPLAYED : counter === 50 || counter === 60 ? accepted(counter + 1) : WRONG;
        expect(verdictOn(token, { counter, timeSteps: 30_000_000 + offset }, now)).toEqual(inTime ? expected : WRONG);
      }
    }
  });
});

// SR-45
describe('other inputs that the suite binds', () => {
  const suite = 'OCRA-1:HOTP-SHA256-8:QN08-PSHA256-S064';
  const token = tokenOf(suite);
  const bound = { question: QUESTION, pinHash: hashPin(token.suite, '4711'), session: 'flw_01k8dq9z2mp' };
  const answer = ocraAnswer(token.suite, keyOf(token), bound);

  test('are accepted with the same PIN and session', () => {
    expect(verifyOcraAnswer(token, keyOf(token), { ...bound, answer }, 0)).toEqual(accepted(0));
  });

  test.each([
    ['PIN', { pinHash: hashPin(token.suite, '4712') }],
    ['session', { session: 'flw_01k8dq9z2mq' }],
  ])('another %s is wrong', (_name, changes) => {
    expect(verifyOcraAnswer(token, keyOf(token), { ...bound, ...changes, answer }, 0)).toEqual(WRONG);
  });

  test('leaving one out, or adding one that is not bound, is an error', () => {
    expect(() => verifyOcraAnswer(token, keyOf(token), { question: QUESTION, answer }, 0)).toThrow(TypeError);
    const plain = tokenOf(PLAIN);
    const more = { question: QUESTION, answer: answerOf(plain), session: 's' };
    expect(() => verifyOcraAnswer(plain, keyOf(plain), more, 0)).toThrow(TypeError);
  });
});

// SR-47
describe('the form of an answer', () => {
  const token = tokenOf(PLAIN);
  const right = answerOf(token);

  test.each([
    ['nothing', ''],
    ['one digit less', right.slice(1)],
    ['one more', `${right}0`],
    ['a zero in front', `0${right}`],
    ['a blank behind', `${right} `],
    ['a newline behind', `${right}\n`],
    ['digits of another script', [...right].map((digit) => String.fromCharCode(0x630 + digit.charCodeAt(0))).join('')],
    [
      'characters with the same low bytes',
      [...right].map((d) => String.fromCharCode(0x100 + d.charCodeAt(0))).join(''),
    ],
  ])('%s is wrong', (_name, answer) => {
    expect(verifyOcraAnswer(token, keyOf(token), { question: QUESTION, answer }, 0)).toEqual(WRONG);
  });

  test('a whole HMAC is compared as written', () => {
    const whole = tokenOf('OCRA-1:HOTP-SHA256-0:QN08');
    const answer = answerOf(whole);
    const verdict = (text: string) => verifyOcraAnswer(whole, keyOf(whole), { question: QUESTION, answer: text }, 0);
    expect(answer).toHaveLength(64);
    expect(verdict(answer)).toEqual(accepted(0));
    expect(verdict(answer.toUpperCase())).toEqual(WRONG);
    expect(verdict(answer.slice(0, 6))).toEqual(WRONG);
  });
});

// SR-3: broken data accepts no answer.
test('a damaged token or clock never accepts', () => {
  const timed = tokenOf(TIMED);
  for (const nextCounter of [Number.NaN, -1, 0.5, 2 ** 53]) {
    expect(() => verdictOn({ ...timed, nextCounter }, { timeSteps: 0 }, 0)).toThrow(TypeError);
  }
  const attempt = { question: QUESTION, answer: answerOf(timed, { timeSteps: 0 }) };
  expect(() => verifyOcraAnswer(timed, new Uint8Array(3), attempt, 0)).toThrow(TypeError);
  expect(verifyOcraAnswer(timed, keyOf(timed), attempt, Number.NaN)).toEqual(WRONG);
  expect(verifyOcraAnswer(timed, keyOf(timed), attempt, -MINUTE)).toEqual(WRONG);
  expect(verifyOcraAnswer({ ...timed, driftSteps: Number.NaN }, keyOf(timed), attempt, 0)).toEqual(WRONG);
  const endless = tokenOf('OCRA-1:HOTP-SHA1-6:QN08-T0H');
  expect(() => verdictOn(endless, { timeSteps: 0 }, 0)).toThrow(TypeError);
});

describe('over random histories', () => {
  const suites = anySuite
    .filter((suite) => stepMs(suite) !== 0 && suite.digits > 5)
    .map(({ pin, session, ...suite }): OcraSuite => suite);
  const attempts = fc.array(
    fc.record({ counter: fc.nat({ max: 40 }), step: fc.integer({ min: 5, max: 30 }), random: fc.nat({ max: 255 }) }),
    { maxLength: 25 },
  );

  // SR-8, SR-1
  test('the counter only grows, an accepted answer is valid for nothing earlier, and no counter counts twice', () => {
    fc.assert(
      fc.property(suites, attempts, (suite, tries) => {
        let token: VerifiableOcraToken = { suite, nextCounter: 0, driftSteps: 0 };
        const key = OCRA_KEYS[suite.algorithm];
        for (const { counter, step, random } of tries) {
          const question = makeChallenge(suite, new Uint8Array(64).fill(random));
          const moving = { ...(suite.counter && { counter }), ...(suite.time && { timeSteps: step }) };
          const attempt = { question, answer: ocraAnswer(suite, key, { question, ...moving }) };
          const now = step * (stepMs(suite) ?? 0);
          const verdict = verifyOcraAnswer(token, key, attempt, now);
          if (verdict.verdict !== 'accepted') continue;
          expect(verdict.nextCounter).toBeGreaterThanOrEqual(token.nextCounter + (suite.counter ? 1 : 0));
          token = { ...token, nextCounter: verdict.nextCounter };
          if (suite.counter) expect(verifyOcraAnswer(token, key, attempt, now)).toEqual(REPLAYED);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('the device’s answer to a question is accepted', () => {
    fc.assert(
      fc.property(suites, fc.nat({ max: 10 }), fc.nat({ max: 1 }), (suite, ahead, back) => {
        const token = { suite, nextCounter: 7, driftSteps: 0 };
        const question = makeChallenge(suite, OCRA_KEYS.SHA512);
        const moving = { ...(suite.counter && { counter: 7 + ahead }), ...(suite.time && { timeSteps: 900 - back }) };
        const answer = ocraAnswer(suite, OCRA_KEYS.SHA512, { question, ...moving });
        const verdict = verifyOcraAnswer(token, OCRA_KEYS.SHA512, { question, answer }, 900 * (stepMs(suite) ?? 0));
        expect(verdict.verdict).toBe('accepted');
      }),
    );
  });
});

/** Two nearby counters that share an answer, which none between them has. */
function twins(answer: (counter: number) => string, within: number): [earlier: number, later: number] {
  const seen = new Map<string, number>();
  for (let counter = 0; counter < 100_000; counter++) {
    const text = answer(counter);
    const before = seen.get(text);
    if (before !== undefined && counter - before <= within) return [before, counter];
    seen.set(text, counter);
  }
  return expect.fail('no two counters share an answer');
}
