import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frozen, PERIOD_MS, RFC_SECRET, sampleToken, totp } from '../../../testing/samples.ts';
import type { OathToken } from '../../token.ts';
import { CHECK_BACK_COUNTERS, CHECK_BACK_STEPS, checkOtp } from './check-otp.ts';
import { hotp } from './code.ts';
import { HOTP_LOOK_AHEAD } from './otp-window.ts';
import { rejectFutureStep, verifyOtp } from './verify-otp.ts';

const STEP = 50_000_000;
const NOW = STEP * PERIOD_MS + 7_000;
const code = (token: OathToken, counter: number) =>
  hotp({ secret: RFC_SECRET, counter, digits: token.digits, algorithm: token.algorithm });
const check = (token: OathToken, counter: number, now = NOW) =>
  checkOtp(frozen(token), RFC_SECRET, code(token, counter), now);

const anyToken = fc
  .record({
    kind: fc.constantFrom('totp' as const, 'hotp' as const),
    drift: fc.integer({ min: -5, max: 5 }),
    next: fc.integer({ min: -30, max: 6 }),
    spoiled: fc.array(fc.integer({ min: -3, max: 4 }), { maxLength: 2 }),
  })
  .map(({ kind, drift, next, spoiled }) =>
    sampleToken({
      factor: kind === 'totp' ? totp(drift) : { kind },
      nextCounter: STEP + next,
      ...(kind === 'totp' && { spoiled: spoiled.map((by) => STEP + by) }),
    }),
  );
const anyCode = (token: OathToken) =>
  fc.oneof(
    fc.integer({ min: -40, max: 40 }).map((by) => code(token, STEP + by)),
    fc.constantFrom('', '12345', '1234567', '000000', '１２３４５６', ' 23456'),
  );

describe('a check', () => {
  // SR-8. The attack: checks advance a token or set it back, so that a code counts twice.
  test('SR-8: does not change what a sign-in would decide, and predicts it', () => {
    fc.assert(
      fc.property(
        anyToken.chain((token) => fc.tuple(fc.constant(token), anyCode(token))),
        fc.nat(PERIOD_MS - 1),
        ([token, otp], within) => {
          const now = STEP * PERIOD_MS + within;
          const before = structuredClone(token);
          const judged = verifyOtp(token, RFC_SECRET, otp, now);
          // Frozen completely: any change would throw.
          const checked = checkOtp(frozen(token), RFC_SECRET, otp, now);
          expect(token).toEqual(before);
          expect(verifyOtp(token, RFC_SECRET, otp, now)).toEqual(judged);
          expect(checked.verdict === 'right').toBe(judged.verdict === 'accepted');
          if (checked.verdict === 'right' && judged.verdict === 'accepted') {
            const reference = token.factor.kind === 'totp' ? STEP : token.nextCounter;
            expect(checked.offset).toBe(judged.counter - reference);
          }
          if (judged.verdict === 'replayed') expect(checked).toEqual({ verdict: 'used' });
          if (checked.verdict === 'late') expect(checked.offset).toBeLessThan(0);
        },
      ),
    );
  });

  // The attack: a code is guessed before its time, and saved until then.
  test('reveals nothing about codes that no sign-in accepts yet: a future code is a wrong one', () => {
    fc.assert(
      fc.property(anyToken, fc.integer({ min: 1, max: 200 }), (token, ahead) => {
        const { factor, nextCounter } = token;
        const first =
          factor.kind === 'totp' ? STEP + 1 + Math.max(0, Math.min(3, factor.driftSteps)) : nextCounter + 11;
        const otp = code(token, first + ahead - 1);
        // Two factors may share a code; this test needs a unique one.
        fc.pre(verifyOtp({ ...token, spoiled: [] }, RFC_SECRET, otp, NOW).verdict === 'wrong');
        const isPast = Array.from({ length: 40 }, (_, by) => code(token, Math.min(STEP, nextCounter) - by)).includes(
          otp,
        );
        fc.pre(!isPast);
        expect(checkOtp(token, RFC_SECRET, otp, NOW)).toEqual({ verdict: 'wrong' });
      }),
    );
  });
});

describe('by a clock', () => {
  test('a code of now, or of the step before, is right, with its step', () => {
    const token = sampleToken();
    expect(check(token, STEP)).toEqual({ verdict: 'right', offset: 0 });
    expect(check(token, STEP - 1)).toEqual({ verdict: 'right', offset: -1 });
    expect(check(sampleToken({ factor: totp(2) }), STEP + 2)).toEqual({ verdict: 'right', offset: 2 });
  });

  test('a code of ten minutes ago is reported as that late, and an earlier one is wrong', () => {
    const token = sampleToken();
    expect(check(token, STEP - 2)).toEqual({ verdict: 'late', offset: -2 });
    expect(check(token, STEP - CHECK_BACK_STEPS)).toEqual({ verdict: 'late', offset: -CHECK_BACK_STEPS });
    expect(check(token, STEP - CHECK_BACK_STEPS - 1)).toEqual({ verdict: 'wrong' });
  });

  test('a used code is reported as used, even after its time; so is an earlier one, and a rejected one', () => {
    const used = sampleToken({ nextCounter: STEP + 1 });
    expect(check(used, STEP)).toEqual({ verdict: 'used' });
    expect(check(used, STEP - 1)).toEqual({ verdict: 'used' });
    expect(check(used, STEP, NOW + 5 * PERIOD_MS)).toEqual({ verdict: 'used' });
    const spoilt = rejectFutureStep(sampleToken(), STEP, NOW - PERIOD_MS);
    expect(spoilt.spoiled).toEqual([STEP]);
    expect(check(spoilt, STEP)).toEqual({ verdict: 'used' });
  });
});

describe('by a counter', () => {
  const token = sampleToken({ factor: { kind: 'hotp' }, nextCounter: 200 });

  test('a code is right as far as a sign-in looks ahead, with the number of skipped ones', () => {
    expect(check(token, 200)).toEqual({ verdict: 'right', offset: 0 });
    expect(check(token, 200 + HOTP_LOOK_AHEAD)).toEqual({ verdict: 'right', offset: HOTP_LOOK_AHEAD });
    expect(check(token, 201 + HOTP_LOOK_AHEAD)).toEqual({ verdict: 'wrong' });
  });

  test('earlier ones are used, and much earlier ones wrong', () => {
    expect(check(token, 199)).toEqual({ verdict: 'used' });
    expect(check(token, 200 - CHECK_BACK_COUNTERS)).toEqual({ verdict: 'used' });
    expect(check(token, 199 - CHECK_BACK_COUNTERS)).toEqual({ verdict: 'wrong' });
    expect(check({ ...token, nextCounter: 0 }, 0)).toEqual({ verdict: 'right', offset: 0 });
  });
});
