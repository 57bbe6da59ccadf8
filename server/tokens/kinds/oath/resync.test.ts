import { OTP_ALGORITHMS } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frozen, PERIOD_MS, RFC_SECRET, sampleToken, totp } from '../../../testing/samples.ts';
import type { OathToken } from '../../token.ts';
import { hotp } from './code.ts';
import { DRIFT_MAX_STEPS } from './otp-window.ts';
import { HOTP_RESYNC_AHEAD, resynchronise } from './resync.ts';
import { verifyOtp } from './verify-otp.ts';

const code = (token: OathToken, counter: number) =>
  hotp({ secret: RFC_SECRET, counter, digits: token.digits, algorithm: token.algorithm });

const resyncAt = (token: OathToken, first: number, second: number, now = 0) =>
  resynchronise(frozen(token), RFC_SECRET, [code(token, first), code(token, second)], now);

/** The token after a successful resynchronisation. */
function resynced(token: OathToken, first: number, now: number): OathToken {
  const place = resyncAt(token, first, first + 1, now);
  if (place.kind !== 'found') return expect.fail('not found');
  const { nextCounter, driftSteps = 0 } = place;
  const factor = token.factor.kind === 'totp' ? { ...token.factor, driftSteps } : token.factor;
  return { ...token, nextCounter, factor };
}

const NOT_FOUND = { kind: 'not-found' };

// SR-43
describe('the counter of a HOTP token', () => {
  const token = sampleToken({ factor: { kind: 'hotp' }, nextCounter: 200 });

  test('is found up to a hundred counters ahead, and never behind', () => {
    expect(HOTP_RESYNC_AHEAD).toBe(100);
    for (let first = 190; first <= 310; first++) {
      const inside = first >= 200 && first <= 300;
      expect(resyncAt(token, first, first + 1)).toEqual(inside ? { kind: 'found', nextCounter: first + 2 } : NOT_FOUND);
    }
  });

  // Attack: two codes that were seen over a shoulder at different times.
  test.each([
    ['the wrong way round', 221, 220],
    ['with one between them', 220, 222],
    ['the same twice', 220, 220],
    ['the first one used already', 199, 200],
    ['only the first is right', 220, 5],
    ['only the second is right', 5, 221],
  ])('is not found by two codes %s', (_name, first, second) => {
    expect(resyncAt(token, first, second)).toEqual(NOT_FOUND);
  });

  test('stops at the largest counter', () => {
    const last = Number.MAX_SAFE_INTEGER - 2;
    const old = { ...token, nextCounter: last };
    expect(resyncAt(old, last, last + 1)).toEqual({ kind: 'found', nextCounter: Number.MAX_SAFE_INTEGER });
    expect(resyncAt({ ...old, nextCounter: last + 1 }, last, last + 1)).toEqual(NOT_FOUND);
  });
});

// SR-44
describe('the drift of a TOTP token', () => {
  const step = 50_000_000;
  const now = step * PERIOD_MS + 17_000;

  test('is found as far from the clock as the widest window reaches, and is bounded', () => {
    const learned = new Map<number, number | undefined>();
    for (let ahead = -8; ahead <= 8; ahead++) {
      const place = resyncAt(sampleToken(), step + ahead - 1, step + ahead, now);
      if (place.kind === 'found') {
        expect(place.nextCounter).toBe(step + ahead + 1);
        learned.set(ahead, place.driftSteps);
      }
    }
    expect([...learned]).toEqual([
      [-4, -3],
      [-3, -3],
      [-2, -2],
      [-1, -1],
      [0, 0],
      [1, 2],
      [2, 3],
      [3, 3],
    ]);
  });

  // Attack: a pair from a device whose clock was set forward by hand, to be used later.
  test('is not learned from future codes beyond the bound, whatever was learned before', () => {
    for (const drift of [-3, 0, 3]) {
      const token = sampleToken({ factor: totp(drift) });
      expect(resyncAt(token, step + DRIFT_MAX_STEPS, step + DRIFT_MAX_STEPS + 1, now)).toEqual(NOT_FOUND);
    }
  });

  test.each([
    ['the wrong way round', 1, 0],
    ['with one between them', -1, 1],
    ['the same twice', 0, 0],
  ])('is not found by two codes %s', (_name, first, second) => {
    expect(resyncAt(sampleToken(), step + first, step + second, now)).toEqual(NOT_FOUND);
  });

  test('is not found by a used code, even if the next one is unused', () => {
    expect(resyncAt(sampleToken({ nextCounter: step }), step - 1, step, now)).toEqual(NOT_FOUND);
    expect(resyncAt(sampleToken({ nextCounter: step }), step, step + 1, now)).toMatchObject({ kind: 'found' });
  });

  test.each([
    ['where 32-bit seconds end', 2 ** 31 * 1000],
    ['in the year 9999', Date.parse('9999-12-31T23:59:59Z')],
  ])('%s, is found as usual', (_name, late) => {
    const current = Math.floor(late / PERIOD_MS);
    expect(resyncAt(sampleToken(), current - 1, current, late)).toEqual({
      kind: 'found',
      nextCounter: current + 1,
      driftSteps: 0,
    });
  });

  test('at the epoch there is no earlier step', () => {
    expect(resyncAt(sampleToken(), 0, 1, 0)).toEqual({ kind: 'found', nextCounter: 2, driftSteps: 2 });
  });
});

// SR-47
test.each([
  ['digits of another length', ['12345678', '12345678']],
  ['digits of another script', ['\u0661\u0662\u0663\u0664\u0665\u0666', '123456']],
  ['nothing', ['', '']],
] as const)('two texts that are no codes of the token are not found: %s', (_name, otps) => {
  expect(resynchronise(sampleToken(), RFC_SECRET, otps, 0)).toEqual(NOT_FOUND);
});

// SR-3: broken data changes nothing.
test('a damaged seed or clock finds nothing', () => {
  const hard = sampleToken();
  expect(() => resynchronise(hard, new Uint8Array(3), ['123456', '123456'], 0)).toThrow();
  expect(resyncAt(hard, 0, 1, Number.NaN)).toEqual(NOT_FOUND);
  expect(resyncAt(hard, 0, 1, -9 * PERIOD_MS)).toEqual(NOT_FOUND);
});

describe('over random devices', () => {
  const looks = {
    algorithm: fc.constantFrom(...OTP_ALGORITHMS),
    // Eight digits, so that two moving factors of a run almost never share a code by chance.
    digits: fc.constant(8 as const),
  };

  /** The drift of a device's clock, in parts of a step: it can be learned up to three steps. */
  const clock = fc.record({
    ...looks,
    periodMs: fc.constantFrom(30_000, 60_000),
    offMs: fc.integer({ min: -90_000, max: 90_000 }),
    at: fc.integer({ min: 10_000_000_000, max: 2 ** 42 }),
    later: fc.integer({ min: 0, max: 10_000_000 }),
  });
  const shownBy = (device: { periodMs: number; offMs: number }, now: number) =>
    Math.floor((now + device.offMs) / device.periodMs);

  // SR-44, SR-8
  test('after two codes of a device with a wrong clock, its unused codes are right at any time, and no earlier one ever is', () => {
    fc.assert(
      fc.property(clock, ({ algorithm, digits, periodMs, offMs, at, later }) => {
        const device = { periodMs, offMs };
        const token = sampleToken({ algorithm, digits, factor: totp(0, periodMs) });
        const shown = shownBy(device, at);
        const ahead = shown - Math.floor(at / periodMs);
        // Fast by a part of a step and seen in time: this is indistinguishable from a right clock.
        fc.pre(ahead !== 0 || offMs <= 0);
        const after = resynced(token, shown - 1, at);

        const now = at + later;
        const current = shownBy(device, now);
        const judged = verifyOtp(after, RFC_SECRET, code(after, current), now);
        expect(judged.verdict).toBe(current > shown ? 'accepted' : 'replayed');
        for (let used = shown - 6; used <= shown; used++) {
          for (const moment of [at - periodMs, at, at + periodMs, now]) {
            expect(verifyOtp(after, RFC_SECRET, code(after, used), moment).verdict).not.toBe('accepted');
          }
        }
      }),
    );
  });

  // SR-43, SR-8
  test('after two codes of a fob, its next code is right, and no earlier one ever is', () => {
    const fob = fc.record({ ...looks, nextCounter: fc.nat({ max: 2 ** 40 }), pressed: fc.nat({ max: 100 }) });
    fc.assert(
      fc.property(fob, ({ pressed, ...properties }) => {
        const token = sampleToken({ ...properties, factor: { kind: 'hotp' } });
        const first = token.nextCounter + pressed;
        const after = resynced(token, first, 0);
        expect(after.nextCounter).toBeGreaterThan(token.nextCounter);
        expect(verifyOtp(after, RFC_SECRET, code(after, first + 2), 0)).toEqual({
          verdict: 'accepted',
          counter: first + 2,
        });
        for (let used = Math.max(0, token.nextCounter - 2); used <= first + 1; used++) {
          expect(verifyOtp(after, RFC_SECRET, code(after, used), 0).verdict).not.toBe('accepted');
        }
        expect(resyncAt(after, first, first + 1)).toEqual(NOT_FOUND);
      }),
      { numRuns: 50 },
    );
  });
});
