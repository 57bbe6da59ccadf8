import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frozen } from '../testing/samples.ts';
import {
  addCompleted,
  addNetwork,
  attemptsAsOf,
  attemptsExpireAt,
  countAttemptFrom,
  countWrongFrom,
  hasCompletedFrom,
  isKnownNetwork,
  KNOWN_NETWORK_TTL_MS,
  MAX_KNOWN_NETWORKS,
  type PasswordAttempts,
  passwordWaitUntil,
  resetFailuresFrom,
  WRONG_PASSWORDS_TTL_MS,
  waitUntilFrom,
  wrongPasswordsFrom,
} from './password-backoff.ts';

const NOW = 1_800_000_000_000;
const place = fc.option(fc.constantFrom('home', 'work', 'train', 'evil'), { nil: undefined });
const story = fc.array(fc.record({ place, right: fc.boolean() }), { maxLength: 60 });
const failuresFrom = (attempts: PasswordAttempts | undefined, from: string | undefined, at = NOW) =>
  wrongPasswordsFrom(attempts, from, at)?.failures ?? 0;

// SR-38
describe('a sign-in with two factors', () => {
  test('is known of its network until that expires, and no other step makes it known', () => {
    fc.assert(
      fc.property(story, fc.boolean(), (steps, isCompleted) => {
        const start = isCompleted ? addCompleted(undefined, 'home', NOW) : undefined;
        const after = steps.reduce<PasswordAttempts | undefined>(
          (attempts, step) => (step.right ? resetFailuresFrom : countWrongFrom)(attempts, step.place, NOW),
          start && frozen(start),
        );
        expect(hasCompletedFrom(after, 'home', NOW)).toBe(isCompleted && isKnownNetwork(after, 'home', NOW));
        expect(hasCompletedFrom(after, 'home', NOW + KNOWN_NETWORK_TTL_MS)).toBe(false);
        for (const from of ['work', 'evil', undefined]) expect(hasCompletedFrom(after, from, NOW)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });
});

// SR-49
describe('a sign-in without a password', () => {
  test('makes its network known, and changes no count', () => {
    fc.assert(
      fc.property(story, (steps) => {
        const before = steps.reduce<PasswordAttempts | undefined>(
          (attempts, step) => (step.right ? resetFailuresFrom : countWrongFrom)(attempts, step.place, NOW),
          undefined,
        );
        const isKnown = isKnownNetwork(before, 'home', NOW);
        const after = addNetwork(before && frozen(before), 'home', NOW + 1);
        expect(isKnownNetwork(after, 'home', NOW + KNOWN_NETWORK_TTL_MS)).toBe(true);
        expect(after.places?.filter(({ place }) => place === 'home')).toHaveLength(1);
        expect(after.places?.[0]).toMatchObject({ place: 'home', signedInAt: NOW + 1 });
        expect(after).toMatchObject({ failures: before?.failures ?? 0, lastFailureAt: before?.lastFailureAt ?? 0 });
        for (const from of ['work', 'train', 'evil', undefined]) {
          expect(failuresFrom(after, from)).toBe(failuresFrom(before, from));
        }
        expect(failuresFrom(after, 'home')).toBe(isKnown ? failuresFrom(before, 'home') : 0);
      }),
      { numRuns: 60 },
    );
  });

  test('takes the place of the network that was not used for longest', () => {
    const many = Array.from({ length: MAX_KNOWN_NETWORKS }, (_, at) => `net ${at}`);
    const full = many.reduce<PasswordAttempts | undefined>((known, place) => addNetwork(known, place, NOW), undefined);
    const after = addNetwork(full, 'home', NOW);
    expect(after.places?.map(({ place }) => place)).toEqual(['home', ...many.reverse().slice(0, -1)]);
    const late = addNetwork(after, 'work', NOW + KNOWN_NETWORK_TTL_MS);
    expect(late.places?.map(({ place }) => place)).toEqual(['work']);
  });
});

// SR-49
describe('wrong passwords', () => {
  test('count for the known network they came from, and all others together, like a plain model', () => {
    fc.assert(
      fc.property(story, (steps) => {
        let attempts: PasswordAttempts | undefined;
        const familiar = new Map<string, number>();
        let strangers = 0;
        for (const step of steps) {
          const known = step.place === undefined ? undefined : familiar.get(step.place);
          if (step.right) {
            attempts = resetFailuresFrom(attempts && frozen(attempts), step.place, NOW);
            if (known === undefined) strangers = 0;
            if (step.place !== undefined) familiar.set(step.place, 0);
          } else {
            attempts = countWrongFrom(attempts && frozen(attempts), step.place, NOW);
            if (known === undefined) strangers += 1;
            else if (step.place !== undefined) familiar.set(step.place, known + 1);
          }
          for (const from of ['home', 'work', 'train', 'evil', 'nowhere', undefined]) {
            const expected = from === undefined ? strangers : (familiar.get(from) ?? strangers);
            expect(failuresFrom(attempts, from)).toBe(expected);
          }
        }
      }),
    );
  });

  test('are forgotten exactly a day after the last one, whatever is stored beside them', () => {
    for (const from of ['home', undefined]) {
      const attempts = countWrongFrom(resetFailuresFrom(undefined, 'home', NOW), from, NOW);
      expect(failuresFrom(attempts, from, NOW + WRONG_PASSWORDS_TTL_MS - 1)).toBe(1);
      expect(failuresFrom(attempts, from, NOW + WRONG_PASSWORDS_TTL_MS)).toBe(0);
      expect(failuresFrom(countWrongFrom(attempts, from, NOW + WRONG_PASSWORDS_TTL_MS), from)).toBe(1);
    }
  });

  test('leave no record when the right one comes from an unknown address', () => {
    expect(resetFailuresFrom(countWrongFrom(undefined, undefined, NOW), undefined, NOW)).toBeUndefined();
  });
});

describe('an attempt', () => {
  const paced = fc.array(fc.record({ place, afterMs: fc.constantFrom(-1_000, 0, 999, 1_000, 60_000) }), {
    maxLength: 40,
  });

  test('is counted exactly when no earlier one has caused a wait, by this clock', () => {
    fc.assert(
      fc.property(paced, (steps) => {
        let attempts = resetFailuresFrom(undefined, 'home', NOW);
        let now = NOW;
        for (const step of steps) {
          now += step.afterMs;
          const known = attempts && attemptsAsOf(attempts, now);
          const running = passwordWaitUntil(wrongPasswordsFrom(known, step.place, now));
          const waitUntil = running > now ? running : 0;
          expect(waitUntilFrom(attempts && frozen(attempts), step.place, now)).toBe(waitUntil);
          const next = countAttemptFrom(attempts && frozen(attempts), step.place, now);
          const expected = waitUntil > 0 ? known : countWrongFrom(known, step.place, now);
          expect(next).toEqual({ attempts: expected, waitUntil });
          attempts = next.attempts;
        }
      }),
    );
  });

  test('has no wait at its last instant, and without counted failures', () => {
    let attempts: PasswordAttempts | undefined;
    for (let at = 0; at < 6; at++) attempts = countAttemptFrom(attempts, undefined, NOW).attempts;
    expect(waitUntilFrom(attempts, undefined, NOW + 999)).toBe(NOW + 1_000);
    expect(waitUntilFrom(attempts, undefined, NOW + 1_000)).toBe(0);
    expect(waitUntilFrom(undefined, undefined, NOW)).toBe(0);
  });
});

describe('a network', () => {
  test('is known to the users who signed in there, and to no others', () => {
    const known = resetFailuresFrom(undefined, 'home', NOW);
    expect(isKnownNetwork(known, 'home', NOW + KNOWN_NETWORK_TTL_MS - 1)).toBe(true);
    expect(isKnownNetwork(known, 'home', NOW + KNOWN_NETWORK_TTL_MS)).toBe(false);
    expect(isKnownNetwork(known, 'work', NOW)).toBe(false);
    expect(isKnownNetwork(known, undefined, NOW)).toBe(false);
    expect(isKnownNetwork(undefined, 'home', NOW)).toBe(false);
  });

  test('is known for exactly the set time after the last sign-in there', () => {
    const attempts = countWrongFrom(resetFailuresFrom(undefined, 'home', NOW), 'evil', NOW + KNOWN_NETWORK_TTL_MS - 1);
    expect(failuresFrom(attempts, 'home', NOW + KNOWN_NETWORK_TTL_MS - 1)).toBe(0);
    expect(failuresFrom(attempts, 'home', NOW + KNOWN_NETWORK_TTL_MS)).toBe(1);
    expect(resetFailuresFrom(attempts, undefined, NOW + KNOWN_NETWORK_TTL_MS)).toBeUndefined();
  });

  test('replaces the one that was not used for longest', () => {
    let attempts: PasswordAttempts | undefined;
    for (let at = 0; at <= MAX_KNOWN_NETWORKS; at++) attempts = resetFailuresFrom(attempts, `place ${at}`, NOW + at);
    expect(attempts?.places?.map((one) => one.place)).toEqual(
      Array.from({ length: MAX_KNOWN_NETWORKS }, (_, at) => `place ${MAX_KNOWN_NETWORKS - at}`),
    );
  });

  test('is stored once, however often a user signs in there, and displaces no other', () => {
    const home = resetFailuresFrom(undefined, 'home', NOW);
    expect(home).toEqual({
      failures: 0,
      lastFailureAt: 0,
      places: [{ place: 'home', signedInAt: NOW, failures: 0, lastFailureAt: 0 }],
    });
    const often = resetFailuresFrom(resetFailuresFrom(home, 'work', NOW + 1), 'home', NOW + 2);
    expect(often?.places?.map(({ place, signedInAt }) => [place, signedInAt])).toEqual([
      ['home', NOW + 2],
      ['work', NOW + 1],
    ]);
  });

  test('is kept as long as it is known, and failures as long as they count', () => {
    const wrong = countWrongFrom(undefined, 'evil', NOW);
    expect(attemptsExpireAt(wrong, NOW)).toBe(NOW + WRONG_PASSWORDS_TTL_MS);
    const known = resetFailuresFrom(wrong, 'home', NOW);
    expect(known && attemptsExpireAt(known, NOW + 5)).toBe(NOW + KNOWN_NETWORK_TTL_MS);
  });
});

test('SR-63: a time ahead of a clock that was set back counts as now, on every network', () => {
  const count = { failures: fc.nat(20), lastFailureAt: fc.integer({ min: NOW - 1000, max: NOW + 1000 }) };
  const known = fc.record({ ...count, place: fc.constantFrom('home', 'work'), signedInAt: fc.constant(NOW) });
  fc.assert(
    fc.property(fc.record({ ...count, places: fc.array(known, { maxLength: 3 }) }), (attempts) => {
      const seen = attemptsAsOf(frozen(attempts), NOW);
      const clamped = <T extends { lastFailureAt: number }>(one: T) => ({
        ...one,
        lastFailureAt: Math.min(one.lastFailureAt, NOW),
      });
      expect(seen).toEqual({ ...clamped(attempts), places: attempts.places.map(clamped) });
      expect(attemptsAsOf(seen, NOW)).toBe(seen);
    }),
  );
  expect(attemptsAsOf({ failures: 1, lastFailureAt: NOW + 1 }, NOW)).toEqual({ failures: 1, lastFailureAt: NOW });
});
