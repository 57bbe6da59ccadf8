import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PERIOD_MS, RFC_SECRET, sampleToken, totp } from '../../../testing/samples.ts';
import { hotp } from './code.ts';
import { DRIFT_MAX_STEPS } from './otp-window.ts';
import { CLOCK_HINT_STEPS, rejectFutureStep, stepOutside, verifyOtp } from './verify-otp.ts';

const codeOf = (counter: number) => hotp({ secret: RFC_SECRET, counter, digits: 6, algorithm: 'SHA1' });
const step = fc.integer({ min: 1_000, max: 60_000_000 });
const drift = fc.integer({ min: -DRIFT_MAX_STEPS, max: DRIFT_MAX_STEPS });
const away = fc.integer({ min: -12, max: 12 });

// SR-44
describe('SR-44', () => {
  test('gives a hint one or two steps outside the window, and never for an accepted code', () => {
    fc.assert(
      fc.property(step, drift, away, (current, driftSteps, by) => {
        const token = sampleToken({ factor: totp(driftSteps) });
        const now = current * PERIOD_MS;
        const code = codeOf(current + by);
        const [oldest, latest] = [current - 1 + Math.min(driftSteps, 0), current + Math.max(driftSteps, 0)];
        const isInside = current + by >= oldest && current + by <= latest;
        const { verdict } = verifyOtp(token, RFC_SECRET, code, now);
        const hint = stepOutside(token, RFC_SECRET, code, now);
        if (isInside) expect(verdict).toBe('accepted');
        // Two steps may share a code, one time in a million; then it is accepted for the one that counts.
        if (verdict === 'accepted') return;
        const distance = Math.max(oldest - (current + by), current + by - latest);
        expect(hint).toBe(distance <= CLOCK_HINT_STEPS ? current + by : undefined);
      }),
    );
  });

  test('a code that was shown before its time is refused at its time, and ever after', () => {
    fc.assert(
      fc.property(step, fc.integer({ min: 1, max: 2 }), fc.integer({ min: 0, max: 5 }), (current, ahead, later) => {
        const now = current * PERIOD_MS;
        const hinted = stepOutside(sampleToken(), RFC_SECRET, codeOf(current + ahead), now);
        expect(hinted).toBe(current + ahead);
        const token = rejectFutureStep(sampleToken(), current + ahead, now);
        const then = now + later * PERIOD_MS;
        expect(verifyOtp(token, RFC_SECRET, codeOf(current + ahead), then).verdict).toBe('wrong');
        // Its neighbours are accepted as before, and the window has not moved.
        expect(verifyOtp(token, RFC_SECRET, codeOf(current), now).verdict).toBe('accepted');
        expect(token.nextCounter).toBe(0);
        expect(token.factor).toEqual(sampleToken().factor);
      }),
    );
  });

  test('a rejected step is forgotten once it is past, so that a token does not grow', () => {
    let token = sampleToken();
    for (let current = 1_000; current < 1_100; current++)
      token = rejectFutureStep(token, current + 2, current * PERIOD_MS);
    expect(token.spoiled?.length).toBeLessThanOrEqual(3);
  });

  test('a code of the past, of now, or of a counter rejects nothing', () => {
    const token = sampleToken();
    for (const past of [998, 1_000]) expect(rejectFutureStep(token, past, 1_000 * PERIOD_MS)).toBe(token);
    expect(rejectFutureStep(token, 1_001, 1_000 * PERIOD_MS).spoiled).toEqual([1_001]);
    const counting = sampleToken({ factor: { kind: 'hotp' }, nextCounter: 5 });
    expect(rejectFutureStep(counting, 30, 0)).toBe(counting);
  });

  test('a step that is rejected twice is stored once, beside the future ones', () => {
    const now = 1_000 * PERIOD_MS;
    const token = sampleToken({ spoiled: [999, 1_000, 1_001, 1_002] });
    expect(rejectFutureStep(token, 1_002, now).spoiled).toEqual([1_000, 1_001, 1_002]);
  });

  test('gives no hint for a counter, for a malformed code, or for a time before 1970', () => {
    const now = 1_000 * PERIOD_MS;
    const counting = sampleToken({ factor: { kind: 'hotp' }, nextCounter: 1_000 });
    expect(stepOutside(counting, RFC_SECRET, codeOf(1_001), now)).toBeUndefined();
    expect(stepOutside(counting, RFC_SECRET, codeOf(998), now)).toBeUndefined();
    for (const otp of ['', '12345', `${codeOf(1_001)}0`, `0${codeOf(1_001)}`, 'abcdef']) {
      expect(stepOutside(sampleToken(), RFC_SECRET, otp, now)).toBeUndefined();
    }
    // SR-47. Attack: characters whose low byte is the expected digit.
    const disguised = [...codeOf(1_001)].map((digit) => String.fromCharCode(0x100 + digit.charCodeAt(0))).join('');
    expect(stepOutside(sampleToken(), RFC_SECRET, disguised, now)).toBeUndefined();
    // Its window starts with the step before the first: no steps exist outside of it on that side.
    for (const otp of ['000000', '123456']) expect(stepOutside(sampleToken(), RFC_SECRET, otp, 0)).toBeUndefined();
    expect(stepOutside(sampleToken(), RFC_SECRET, codeOf(0), 2 * PERIOD_MS)).toBe(0);
  });
});
