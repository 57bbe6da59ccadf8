// SR-15, SR-49
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../kernel/time.ts';
import {
  addCompleted,
  addNetwork,
  attemptsExpireAt,
  attemptsOn,
  countCappedFrom,
  FAILURES_IN_A_ROW_TTL_MS,
  hasCompletedFrom,
  isCappedFrom,
  KNOWN_NETWORK_TTL_MS,
  MAX_FAILURES_IN_A_ROW,
  type PasswordAttempts,
  resetFailuresFrom,
} from './password-backoff.ts';

const START = 1_800_000_000_000;

/** Wrong passwords from there, as slow as it takes. */
function guess(before: PasswordAttempts | undefined, place: string | undefined, times: number, pauseMs = MINUTE_MS) {
  let attempts = before;
  let evaluated = 0;
  let reached = 0;
  for (let at = 1; at <= times; at++) {
    const counted = countCappedFrom(attempts, place, 'first', START + at * pauseMs);
    if (!counted.isBarred) evaluated += 1;
    if (counted.isCapReached) reached += 1;
    attempts = counted.attempts;
  }
  return { attempts, evaluated, reached };
}

const atHome = resetFailuresFrom(undefined, 'home', START);
const later = START + 400 * MINUTE_MS;

describe('failures in a row', () => {
  // The attack: a guess a minute, or five a day, for months. The waits allow both.
  test.each([MINUTE_MS, DAY_MS / 5, 2 * DAY_MS])('SR-15: end the evaluation after 100, at one in %i ms', (pauseMs) => {
    const { attempts, evaluated, reached } = guess(undefined, undefined, 300, pauseMs);
    expect(evaluated).toBe(MAX_FAILURES_IN_A_ROW);
    expect(reached).toBe(1);
    expect(isCappedFrom(attempts, undefined, START + 10_000 * DAY_MS)).toBe(true);
    expect(attempts && attemptsExpireAt(attempts, START)).toBe(START + FAILURES_IN_A_ROW_TTL_MS);
  });

  test('SR-49: elsewhere do not lock the networks where the user signed in, and a sign-in there lifts the lock', () => {
    const { attempts } = guess(atHome, 'elsewhere', 200);
    expect(isCappedFrom(attempts, 'elsewhere', later)).toBe(true);
    expect(isCappedFrom(attempts, 'home', later)).toBe(false);
    expect(countCappedFrom(attempts, 'home', 'first', later).isBarred).toBe(false);
    expect(isCappedFrom(resetFailuresFrom(attempts, 'home', later), 'elsewhere', later)).toBe(false);
  });

  test('end with a right password, and the record then expires with its networks', () => {
    const wrong = guess(guess(atHome, 'home', 3).attempts, 'elsewhere', 3).attempts;
    const attempts = resetFailuresFrom(wrong, 'home', later);
    expect(attempts && attemptsExpireAt(attempts, later)).toBe(later + KNOWN_NETWORK_TTL_MS);
  });

  test('in a known network lock it there, and nowhere else', () => {
    const { attempts, evaluated } = guess(atHome, 'home', 200);
    expect(evaluated).toBe(MAX_FAILURES_IN_A_ROW);
    expect(isCappedFrom(attempts, 'home', later)).toBe(true);
    expect(isCappedFrom(attempts, undefined, later)).toBe(false);
  });

  test('a sign-in without a password lifts nothing', () => {
    const { attempts } = guess(undefined, undefined, 200);
    expect(isCappedFrom(addNetwork(attempts, 'new', later), undefined, later)).toBe(true);
  });

  test('another password starts again', () => {
    const { attempts } = guess(atHome, undefined, 200);
    expect(isCappedFrom(attemptsOn(attempts, 'second'), undefined, later)).toBe(false);
    expect(countCappedFrom(attempts, undefined, 'second', later).isBarred).toBe(false);
    expect(attemptsOn(attempts, 'first')).toBe(attempts);
    expect(attemptsOn(undefined, 'first')).toBeUndefined();
    expect(attemptsOn(guess(atHome, 'home', 200).attempts, 'second')?.places?.[0]).not.toHaveProperty('inRow');
  });

  test('no story evaluates more than 100 in a row from one network, or from all unknown ones together', () => {
    const step = fc.record({ place: fc.constantFrom('home', 'one', 'two'), right: fc.nat({ max: 150 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 150, maxLength: 400 }), (steps) => {
        let attempts = atHome;
        const rows = { home: 0, elsewhere: 0 };
        steps.forEach(({ place, right }, index) => {
          const now = START + (index + 1) * MINUTE_MS;
          const where = place === 'home' ? 'home' : 'elsewhere';
          const counted = countCappedFrom(attempts, place, 'first', now);
          attempts = counted.attempts;
          if (counted.isBarred) return;
          rows[where] += 1;
          expect(rows[where]).toBeLessThanOrEqual(MAX_FAILURES_IN_A_ROW);
          if (right > 0 || where !== 'home') return;
          attempts = resetFailuresFrom(attempts, place, now);
          rows.home = 0;
          rows.elsewhere = 0;
        });
      }),
      { numRuns: 30 },
    );
  });
});

describe('with two known networks', () => {
  const both = addNetwork(atHome, 'office', START);
  const inRowOf = ({ inRow, places = [] }: PasswordAttempts) => [inRow, ...places.map((one) => [one.place, one.inRow])];

  test('SR-49: a failure in one counts there alone', () => {
    const { attempts } = countCappedFrom(both, 'home', 'first', START);
    expect(inRowOf(attempts)).toEqual([undefined, ['office', undefined], ['home', 1]]);
  });

  test('SR-15: failures in one are retained, though there are none elsewhere', () => {
    const { attempts } = countCappedFrom(both, 'home', 'first', START);
    expect(attemptsExpireAt(attempts, START)).toBe(START + FAILURES_IN_A_ROW_TTL_MS);
  });

  test('a sign-in with two factors in one is not one in the other', () => {
    const completed = addCompleted(both, 'home', START);
    expect(['home', 'office'].map((place) => hasCompletedFrom(completed, place, START))).toEqual([true, false]);
  });
});

test('SR-15: what a wait refuses is not evaluated, and does not count', () => {
  const { attempts } = guess(undefined, undefined, 6, 1);
  const waiting = countCappedFrom(attempts, undefined, 'first', START + 7);
  expect(waiting).toEqual({ attempts, isBarred: true, isCapReached: false });
});
