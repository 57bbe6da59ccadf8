import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Check, type Explanation, passwordAloneOn, refusedBy, signInStatus } from './sign-in-status.ts';

const passed: Check = { check: 'user', passed: true, state: 'live' };
const explained = (refused?: Omit<Check, 'passed'>, factors: Partial<Explanation['factors']> = {}): Explanation => ({
  resource: 'res_1',
  checks: [passed, ...(refused ? [{ ...refused, passed: false }] : [])],
  factors: refused ? null : { otpSkipped: false, ...factors },
});
const live = { blocked: false };

describe('the state of a user', () => {
  test.each<[string, Explanation[], string]>([
    ['can sign in everywhere', [explained(), explained()], 'can'],
    ['can sign in on one of two resources', [explained(), explained({ check: 'plan' })], 'some'],
    ['has no access', [], 'noAccess'],
    ['has lost every access that the administrator sees', [explained({ check: 'assignment' })], 'noAccess'],
    ['has a token locked by wrong codes', [explained({ check: 'factors', reason: 'locked' })], 'tokenLocked'],
    [
      'has a token locked by an administrator',
      [explained({ check: 'factors', reason: 'locked-by-administrator' })],
      'tokenLocked',
    ],
    ['has locked recovery codes', [explained({ check: 'replacement', state: 'locked' })], 'tokenLocked'],
    ['may not replace a token', [explained({ check: 'replacement', state: 'not-permitted' })], 'cannot'],
    ['lacks a token that is required', [explained({ check: 'enrolment', state: 'impossible' })], 'cannot'],
    ['typed a hundred wrong passwords', [explained({ check: 'password-wait', isLocked: true })], 'passwordLocked'],
    ['typed a few', [explained({ check: 'password-wait', until: 1 })], 'waiting'],
    ['is blocked', [explained({ check: 'user', state: 'blocked' })], 'blocked'],
    ['has no password', [explained({ check: 'password-set' })], 'cannot'],
    ['is refused for two reasons', [explained({ check: 'plan' }), explained({ check: 'assignment' })], 'cannot'],
    ['signs in with the password alone', [explained(undefined, { otpSkipped: true })], 'passwordAlone'],
    [
      'signs in with the password alone on one of two resources',
      [explained(), explained(undefined, { otpSkipped: true })],
      'passwordAlone',
    ],
    [
      'has recovery codes only on one of two',
      [explained(), explained(undefined, { recoveryOnly: true })],
      'recoveryOnly',
    ],
    [
      'has no access to one and a locked token on the other',
      [explained({ check: 'assignment' }), explained({ check: 'factors', reason: 'locked' })],
      'cannot',
    ],
    ['has no access to either', [explained({ check: 'assignment' }), explained({ check: 'assignment' })], 'noAccess'],
    ['was deleted', [explained({ check: 'user', state: 'gone' })], 'cannot'],
    ['has expired tokens', [explained({ check: 'factors', reason: 'expired' })], 'cannot'],
    ['has recovery codes only', [explained(undefined, { recoveryOnly: true })], 'recoveryOnly'],
    ['is refused by a filter of the time', [explained({ check: 'filter', kind: 'time' })], 'cannot'],
  ])('of one who %s', (_, facts, status) => {
    expect(signInStatus(live, facts)).toBe(status);
  });

  test('filters that need an address decide nothing, because none is given', () => {
    for (const kind of ['ip', 'geo']) {
      const found = explained({ check: 'filter', kind });
      expect(refusedBy(found)).toBeUndefined();
      expect(signInStatus(live, [found])).toBe('can');
    }
  });

  test('is “can sign in” only if no check refuses, and blocked whatever the rest is', () => {
    const anyCheck = fc.record({
      check: fc.constantFrom('plan', 'resource', 'user', 'password-wait', 'assignment', 'factors'),
      passed: fc.boolean(),
    });
    const any = fc.record({
      resource: fc.constant('res_1'),
      checks: fc.array(anyCheck),
      factors: fc.constantFrom(null, { otpSkipped: false }, { otpSkipped: true }),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1 }), (facts) => {
        expect(signInStatus({ blocked: true }, facts)).toBe('blocked');
        const status = signInStatus(live, facts);
        const areOpen = facts.map(({ checks }) => checks.every((check) => check.passed));
        const isAlone = facts.some(({ factors }) => factors?.otpSkipped);
        if (areOpen.every(Boolean)) expect(status).toBe(isAlone ? 'passwordAlone' : 'can');
        else expect(status === 'some').toBe(areOpen.some(Boolean));
      }),
    );
  });
});

test('says where the password alone signs in, and since when it is known', () => {
  const facts = [
    explained(undefined, { otpSkipped: true, skippedSince: 5 }),
    explained(undefined, { otpSkipped: true }),
    explained(),
    explained({ check: 'plan' }),
    { ...explained({ check: 'filter', kind: 'time' }), factors: { otpSkipped: true } },
    { ...explained(), factors: null },
  ];
  expect(passwordAloneOn(facts)).toStrictEqual([{ resource: 'res_1', since: 5 }, { resource: 'res_1' }]);
});
