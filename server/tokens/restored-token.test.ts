import fc from 'fast-check';
import { expect, test } from 'vitest';
import { currentOtp } from '../testing/current-otp.ts';
import { RFC_SECRET, sampleToken, totp } from '../testing/samples.ts';
import { DRIFT_MAX_STEPS } from './kinds/oath/otp-window.ts';
import { resynchronise } from './kinds/oath/resync.ts';
import { verifyOtp } from './kinds/oath/verify-otp.ts';
import { advanceCounter, tokenState } from './lockout.ts';
import { restoredToken } from './restored-token.ts';
import type { Token } from './token.ts';

const PERIOD = 30_000;

// SR-62
test('no code that was used between a backup and its restore is accepted afterwards', () => {
  const drift = fc.integer({ min: -DRIFT_MAX_STEPS, max: DRIFT_MAX_STEPS });
  fc.assert(
    fc.property(drift, drift, fc.nat(40), fc.nat(10), fc.nat(29_999), (before, after, uses, later, within) => {
      const backedUp = sampleToken({ factor: totp(before), nextCounter: 0 });
      // Used after the backup, perhaps with another learned drift.
      let live = { ...backedUp, factor: totp(after) };
      let now = 1_800_000_000_000 + within;
      const used: string[] = [];
      for (let n = 0; n < uses; n++) {
        const otp = currentOtp(live, RFC_SECRET, now);
        const verdict = verifyOtp(live, RFC_SECRET, otp, now);
        if (verdict.verdict === 'accepted') {
          live = {
            ...advanceCounter(live, verdict.counter),
            factor: totp(after),
          };
          used.push(otp);
        }
        now += PERIOD;
      }
      const restored = restoredToken(backedUp, now);
      expect(restored.nextCounter).toBeGreaterThanOrEqual(live.nextCounter);
      const then = now + later * PERIOD;
      for (const otp of used) {
        const verdict = verifyOtp(restored, RFC_SECRET, otp, then);
        // The same digits may occur again by chance, for a later step.
        if (verdict.verdict === 'accepted') expect(verdict.counter).toBeGreaterThanOrEqual(live.nextCounter);
      }
    }),
  );
});

test('a time-based token works again within minutes, a day-long step by tomorrow', () => {
  const now = 1_800_000_000_000;
  const codeCounts = (periodMs: number, after: number) => {
    const token = restoredToken(sampleToken({ factor: totp(0, periodMs) }), now);
    return verifyOtp(token, RFC_SECRET, currentOtp(token, RFC_SECRET, now + after), now + after).verdict === 'accepted';
  };
  expect(codeCounts(PERIOD, 0)).toBe(false);
  expect(codeCounts(PERIOD, 4 * PERIOD)).toBe(true);
  expect(codeCounts(86_400_000, 0)).toBe(false);
  expect(codeCounts(86_400_000, 86_400_000)).toBe(true);
});

test('a code used before the backup stays used, and the counter never goes back', () => {
  const token = sampleToken({ factor: totp(), nextCounter: 99_999_999 });
  expect(restoredToken(token, 1_800_000_000_000).nextCounter).toBe(99_999_999);
});

test('a counter-based token accepts no code until two in a row have shown its counter', () => {
  const token = restoredToken(sampleToken({ factor: { kind: 'hotp' }, nextCounter: 5 }), 1_800_000_000_000);
  expect(tokenState(token, 0)).toBe('out-of-step');
  expect(tokenState({ ...token, enabled: false }, 0)).toBe('deactivated');
  expect(tokenState({ ...token, lock: { reason: 'otp-failures', at: 1 } }, 0)).toBe('locked');
  const code = (nextCounter: number) => currentOtp({ ...token, nextCounter }, RFC_SECRET, 0);
  expect(resynchronise(token, RFC_SECRET, [code(30), code(31)], 0)).toMatchObject({ kind: 'found', nextCounter: 32 });
  expect(resynchronise(token, RFC_SECRET, [code(3), code(4)], 0)).toEqual({ kind: 'not-found' });
});

// SR-62
test('a token without clock or counter is unchanged, and recovery codes are void', () => {
  const { algorithm: _a, digits: _d, ...record } = sampleToken({ nextCounter: 5 });
  const withFactor = (factor: object) => ({ ...record, factor }) as Token;
  const restored = (factor: object) => restoredToken(withFactor(factor), 1_800_000_000_000);
  const ocra = (suite: string) => ({ kind: 'ocra', suite, driftSteps: 0 });
  for (const factor of [ocra('OCRA-1:HOTP-SHA256-8:QN08'), { kind: 'sms', to: '+4915112345678' }]) {
    expect(restored(factor)).toEqual(withFactor(factor));
  }
  for (const factor of [ocra('OCRA-1:HOTP-SHA256-8:C-QN08'), ocra('a damaged one')]) {
    expect(restored(factor)).toEqual({ ...withFactor(factor), needsResync: true });
  }
  expect(restored({ kind: 'recovery', macs: ['a'], lastUsed: 'b' })).toEqual(
    withFactor({ kind: 'recovery', macs: [] }),
  );
});

test('gives up one step for each that the device was known to be ahead, and two minutes at least', () => {
  const now = 1_000 * PERIOD;
  const floor = (driftSteps: number, periodMs = PERIOD) =>
    restoredToken(sampleToken({ factor: totp(driftSteps, periodMs) }), now).nextCounter;
  for (const drift of [-3, 0, 2, 3]) expect(floor(drift)).toBe(1_000 + DRIFT_MAX_STEPS + 1);
  expect(floor(5)).toBe(1_000 + 5 + 1);
  expect(floor(0, 60_000)).toBe(500 + 2 + 1);
  expect(floor(1, 300_000)).toBe(100 + 1 + 1);
});
