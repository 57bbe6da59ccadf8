import fc from 'fast-check';
import { expect, test } from 'vitest';
import { currentOtp } from '../testing/current-otp.ts';
import { RFC_SECRET, sampleToken, totp } from '../testing/samples.ts';
import { DRIFT_MAX_STEPS } from './kinds/oath/otp-window.ts';
import { rejectFutureStep, verifyOtp } from './kinds/oath/verify-otp.ts';
import { advanceCounter } from './lockout.ts';
import { movingFactorOf, restoredSpentSeed, spentBy, spentTogether, spentUntil } from './spent-seed.ts';

const PERIOD = 30_000;
const NOW = 1_800_000_000_000;

// SR-8, SR-69. The attack: a used code is submitted to a token that was deleted and created again from the same seed.
test('no code that a deleted TOTP token accepted counts again, with the record or after its time', () => {
  const drift = fc.integer({ min: -DRIFT_MAX_STEPS, max: DRIFT_MAX_STEPS });
  fc.assert(
    fc.property(drift, drift, fc.nat(40 * PERIOD), (before, after, laterMs) => {
      const token = sampleToken({ factor: totp(before), nextCounter: 0 });
      const otp = currentOtp(token, RFC_SECRET, NOW);
      const verdict = verifyOtp(token, RFC_SECRET, otp, NOW);
      fc.pre(verdict.verdict === 'accepted');
      if (verdict.verdict !== 'accepted') return;
      const used = advanceCounter(token, verdict.counter);
      const spent = spentBy(used);
      const then = NOW + laterMs;
      const isKept = spent !== undefined && then < (spentUntil(spent, used.factor) ?? Number.POSITIVE_INFINITY);
      const again = sampleToken({ factor: totp(after), nextCounter: isKept ? spent.nextCounter : 0 });
      const second = verifyOtp(again, RFC_SECRET, otp, then);
      // The same digits may occur again by chance, for a later step.
      if (second.verdict === 'accepted') expect(second.counter).toBeGreaterThan(verdict.counter);
    }),
    { numRuns: 2_000 },
  );
});

test('the counter of a counter-based token is stored for ever, and the furthest of several', () => {
  const factor = { kind: 'hotp' } as const;
  fc.assert(
    fc.property(fc.array(fc.nat(1_000), { minLength: 1 }), (places) => {
      const all = places.map((nextCounter) => spentBy(sampleToken({ factor, nextCounter })));
      const spent = all.reduce((sum, one) => (one ? spentTogether(sum, one) : sum), undefined);
      expect(spent?.nextCounter ?? 0).toBe(Math.max(...places));
      if (spent) expect(spentUntil(spent, factor)).toBeUndefined();
    }),
  );
});

test('nothing is stored of a token that accepted no code', () => {
  expect(spentBy(sampleToken({ factor: { kind: 'hotp' }, nextCounter: 0 }))).toBeUndefined();
});

test('a code that was shown before its time stays refused', () => {
  const early = Math.floor(NOW / PERIOD) + 1;
  const spoiled = rejectFutureStep(sampleToken({ factor: totp() }), early, NOW);
  expect(spentBy(spoiled)).toMatchObject({ nextCounter: early + 1 });
});

test('a token that needs a resync needs it again when it is created again', () => {
  const token = sampleToken({ factor: { kind: 'hotp' }, nextCounter: 0, needsResync: true });
  const spent = spentBy(token);
  expect(spent).toEqual({ nextCounter: 0, isCounting: true, needsResync: true });
  expect(spent && spentTogether(spent, { nextCounter: 4, isCounting: true })).toMatchObject({
    nextCounter: 4,
    needsResync: true,
  });
});

// SR-62
test('a restored record of a counter-based device requires a resync, one of a clock-based device does not', () => {
  expect(restoredSpentSeed({ nextCounter: 7, isCounting: true })).toMatchObject({ nextCounter: 7, needsResync: true });
  expect(restoredSpentSeed({ nextCounter: 7 })).toEqual({ nextCounter: 7 });
});

test('distinguishes devices whose codes differ', () => {
  const factors = [
    { kind: 'hotp' },
    totp(),
    totp(0, 60_000),
    { kind: 'ocra', suite: 'OCRA-1:HOTP-SHA1-6:QN08', driftSteps: 0 },
    { kind: 'ocra', suite: 'OCRA-1:HOTP-SHA1-6:C-QN08', driftSteps: 0 },
  ] as const;
  expect(new Set(factors.map(movingFactorOf)).size).toBe(factors.length);
  expect(movingFactorOf(totp(2))).toBe(movingFactorOf(totp(-1)));
});
