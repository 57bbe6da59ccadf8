import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleEvent } from '../../testing/event-stream.ts';
import { countSignIns, dayOf, daysBetween, isSignIn, NO_SIGN_INS, startOfDay, sumCounters } from './day-counters.ts';
import { countUsers } from './distinct-users.ts';

const DAY_MS = 86_400_000;
const events = fc.array(fc.nat(1000), { maxLength: 60 }).map((numbers) => numbers.map(sampleEvent).filter(isSignIn));
const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0);

describe('the counters of sign-ins per day', () => {
  test('are the same for any batch size, and count each attempt once', () => {
    fc.assert(
      fc.property(events, fc.nat(60), (all, cut) => {
        const whole = countSignIns(NO_SIGN_INS, all);
        expect(countSignIns(countSignIns(NO_SIGN_INS, all.slice(0, cut)), all.slice(cut))).toEqual(whole);
        expect(whole.granted + sum(whole.refused)).toBe(all.length);
        expect(sum(whole.factors)).toBe(whole.granted);
        expect(sum(whole.methods)).toBeLessThanOrEqual(whole.granted);
        const people = new Set(all.filter(({ outcome }) => outcome === 'granted').map(({ subject }) => subject));
        expect(countUsers(whole.users)).toEqual({ count: people.size, exact: true });
      }),
    );
  });

  test('SR-67: the sum over several resources equals the joint count, and counts a user of two of them once', () => {
    fc.assert(
      fc.property(events, fc.nat(60), (all, cut) => {
        const parts = [all.slice(0, cut), all.slice(cut)].map((part) => countSignIns(NO_SIGN_INS, part));
        const { users, ...sums } = sumCounters(parts);
        const { users: together, ...whole } = countSignIns(NO_SIGN_INS, all);
        expect(sums).toEqual(whole);
        expect(countUsers(users)).toEqual(countUsers(together));
      }),
    );
  });

  test('count only attempts at resources, not changes or administrators’ sign-ins', () => {
    const [attempt] = [1, 2, 3].map(sampleEvent).filter(isSignIn);
    if (!attempt) throw new Error('no sample');
    const { resource: _, ...elsewhere } = attempt;
    expect(isSignIn(elsewhere)).toBe(false);
    expect(isSignIn({ ...attempt, outcome: 'done' })).toBe(false);
    expect(isSignIn({ ...attempt, type: 'administrator.signed-in' })).toBe(false);
  });

  test('distinguish what was checked, in any order', () => {
    const [attempt] = [2, 3, 6].map(sampleEvent).filter(({ outcome }) => outcome === 'granted');
    if (!attempt) throw new Error('no sample');
    const all = [
      { ...attempt, factors: ['otp', 'password'] as const },
      { ...attempt, factors: ['password', 'otp'] as const },
      { ...attempt, factors: [] as const },
    ].map((event) => ({ ...event, factors: [...event.factors] }));
    expect(countSignIns(NO_SIGN_INS, all).factors).toEqual({ 'password+otp': 2, none: 1 });
  });
});

describe('one attempt', () => {
  const [sample] = [2, 3, 6].map(sampleEvent).filter(({ outcome }) => outcome === 'granted');
  if (!sample) throw new Error('no sample');
  const { method: _method, factors: _factors, reason: _reason, ...attempt } = sample;

  test('counts by the method that a backend named; those of the widget have none', () => {
    const counted = countSignIns(NO_SIGN_INS, [{ ...attempt, method: 'otp' }, { ...attempt, method: 'otp' }, attempt]);
    expect(counted).toMatchObject({ granted: 3, methods: { otp: 2 } });
  });

  test('without factors counts as signed in by none', () => {
    expect(countSignIns(NO_SIGN_INS, [attempt]).factors).toEqual({ none: 1 });
  });

  test('that was refused without a reason counts as denied', () => {
    const refused = { ...attempt, outcome: 'refused' as const };
    const counted = countSignIns(NO_SIGN_INS, [refused, { ...refused, reason: 'INVALID_CREDENTIALS' }]);
    expect(counted).toMatchObject({ granted: 0, refused: { ACCESS_DENIED: 1, INVALID_CREDENTIALS: 1 } });
  });

  test('with a token alone counts no user', () => {
    const counted = countSignIns(NO_SIGN_INS, [{ ...attempt, subject: 'tok_01k8dq9z2mp' }]);
    expect([counted.granted, countUsers(counted.users).count]).toEqual([1, 0]);
  });
});

test('a day is in UTC, and days in between are consecutive', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }), fc.nat(400), (at, more) => {
      const start = startOfDay(dayOf(at)) ?? Number.NaN;
      expect(start).toBeLessThanOrEqual(at);
      expect(at - start).toBeLessThan(DAY_MS);
      const days = daysBetween(start, start + more * DAY_MS);
      expect(days).toHaveLength(more + 1);
      expect(days.map(startOfDay)).toEqual(days.map((_, day) => start + day * DAY_MS));
    }),
  );
});

test.each(['', '2027-02-29', '2027-13-01', '2027-1-1', '2027-01-15T00:00', '2027-01-15\n', '+010000-01'])(
  'rejects %j as a day',
  (text) => {
    expect(startOfDay(text)).toBeUndefined();
  },
);
