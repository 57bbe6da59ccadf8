import { OTP_ALGORITHMS } from '@countersign/protocol/tokens';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countHmacs } from '../../../testing/count-hmacs.ts';
import { currentOtp } from '../../../testing/current-otp.ts';
import { frozen, PERIOD_MS, RFC_SECRET, sampleToken, totp } from '../../../testing/samples.ts';
import { advanceCounter } from '../../lockout.ts';
import type { OathToken } from '../../token.ts';
import { hotp } from './code.ts';
import { DRIFT_MAX_STEPS, HOTP_LOOK_AHEAD } from './otp-window.ts';
import { verifyOtp } from './verify-otp.ts';

const code = (token: OathToken, counter: number) =>
  hotp({ secret: RFC_SECRET, counter, digits: token.digits, algorithm: token.algorithm });

const verdictOn = (token: OathToken, counter: number, now: number) =>
  verifyOtp(frozen(token), RFC_SECRET, code(token, counter), now);

const accepted = (counter: number) => ({ verdict: 'accepted', counter });
const WRONG = { verdict: 'wrong' };
const REPLAYED = { verdict: 'replayed' };

/** Two steps that share a code under the vectors' secret; see the first test about them. */
const TWINS = { earlier: 910_737, later: 910_738 };

// SR-44
describe('the window of a TOTP token', () => {
  const step = 50_000_000;
  const begins = step * PERIOD_MS;

  test.each([
    ['the first millisecond of a step', begins],
    ['the last millisecond of a step', begins + PERIOD_MS - 1],
  ])('at %s: this step and the one before', (_name, now) => {
    const token = sampleToken();
    expect(verdictOn(token, step - 2, now)).toEqual(WRONG);
    expect(verdictOn(token, step - 1, now)).toEqual(accepted(step - 1));
    expect(verdictOn(token, step, now)).toEqual(accepted(step));
    expect(verdictOn(token, step + 1, now)).toEqual(WRONG);
  });

  test.each([
    [-1, -2, 0],
    [-3, -4, 0],
    [1, -1, 1],
    [3, -1, 3],
    [-40, -1 - DRIFT_MAX_STEPS, 0],
    [40, -1, DRIFT_MAX_STEPS],
  ])('a drift of %i steps widens it to steps %i to %i and no further', (driftSteps, oldest, latest) => {
    const token = sampleToken({ factor: totp(driftSteps) });
    expect(DRIFT_MAX_STEPS).toBe(3);
    for (let offset = -8; offset <= 8; offset++) {
      const inside = offset >= oldest && offset <= latest;
      expect(verdictOn(token, step + offset, begins)).toEqual(inside ? accepted(step + offset) : WRONG);
    }
  });

  test.each([[60_000], [86_400_000]])('is measured in steps of %i ms', (periodMs) => {
    const token = sampleToken({ factor: totp(0, periodMs) });
    const now = 25_000 * periodMs - 1;
    expect(verdictOn(token, 24_999, now)).toEqual(accepted(24_999));
    expect(verdictOn(token, 25_000, now)).toEqual(WRONG);
    expect(verdictOn(token, 25_000, now + 1)).toEqual(accepted(25_000));
  });

  test.each([
    ['where 32-bit seconds end', 2 ** 31 * 1000],
    ['where unsigned 32-bit seconds end', 2 ** 32 * 1000],
    ['in the year 9999', Date.parse('9999-12-31T23:59:59Z')],
  ])('%s, codes work as usual', (_name, now) => {
    const current = Math.floor(now / PERIOD_MS);
    const token = sampleToken({ nextCounter: current - 1 });
    expect(verdictOn(token, current, now)).toEqual(accepted(current));
    expect(verdictOn(token, current + 1, now)).toEqual(WRONG);
  });

  test('at the epoch there is no step before', () => {
    expect(verdictOn(sampleToken(), 0, 0)).toEqual(accepted(0));
    expect(verdictOn(sampleToken(), 1, 0)).toEqual(WRONG);
  });
});

// SR-1, SR-8
describe('a used TOTP code', () => {
  const step = 50_000_000;
  const now = step * PERIOD_MS;
  const used = sampleToken({ nextCounter: step + 1 });

  test('is a replay while its step is in the window, and only wrong after', () => {
    expect(verdictOn(used, step, now)).toEqual(REPLAYED);
    expect(verdictOn(used, step, now + 2 * PERIOD_MS - 1)).toEqual(REPLAYED);
    expect(verdictOn(used, step, now + 2 * PERIOD_MS)).toEqual(WRONG);
  });

  test('uses up the code of the step before', () => {
    expect(verdictOn(used, step - 1, now)).toEqual(WRONG);
  });

  test('does not use up the code of the next step', () => {
    expect(verdictOn(used, step + 1, now + PERIOD_MS)).toEqual(accepted(step + 1));
  });

  test('is refused also after the clock was set back', () => {
    expect(verdictOn(used, step, now - PERIOD_MS)).toEqual(WRONG);
    expect(verdictOn(used, step - 1, now - PERIOD_MS)).toEqual(WRONG);
  });

  test('does not exist on a token that has accepted none', () => {
    expect(verdictOn(sampleToken(), step - 2, now)).toEqual(WRONG);
    expect(verdictOn(sampleToken({ nextCounter: 0 }), 0, 0)).toEqual(accepted(0));
  });
});

// SR-1: the attack is to use one text twice if two steps happen to share it.
describe('two steps with the same code', () => {
  const token = sampleToken();
  const now = TWINS.later * PERIOD_MS;

  test('exist', () => {
    expect(code(token, TWINS.earlier)).toBe(code(token, TWINS.later));
  });

  test('are used up together', () => {
    expect(verdictOn(token, TWINS.earlier, now)).toEqual(accepted(TWINS.later));
    const after = advanceCounter(token, TWINS.later);
    for (const later of [now, now + PERIOD_MS]) expect(verdictOn(after, TWINS.earlier, later)).toEqual(REPLAYED);
    expect(verdictOn(after, TWINS.earlier, now + 2 * PERIOD_MS)).toEqual(WRONG);
  });

  test('the second is still a replay if the first was used in its own step', () => {
    const after = advanceCounter(token, TWINS.earlier);
    expect(verdictOn(after, TWINS.later, now)).toEqual(REPLAYED);
  });

  test('HOTP: the earlier counter is used up, and its repeat is a replay even if a later one matches', () => {
    const [earlier, later] = [2386, 2394];
    const key = sampleToken({ factor: { kind: 'hotp' }, nextCounter: earlier });
    expect(code(key, earlier)).toBe(code(key, later));
    expect(verdictOn(key, earlier, 0)).toEqual(accepted(earlier));
    expect(verdictOn({ ...key, nextCounter: earlier + 1 }, earlier, 0)).toEqual(REPLAYED);
  });
});

// SR-43
describe('the look-ahead of a HOTP token', () => {
  const token = sampleToken({ factor: { kind: 'hotp' }, nextCounter: 100 });

  test('reaches ten codes beyond the next and never back', () => {
    expect(HOTP_LOOK_AHEAD).toBe(10);
    for (let counter = 85; counter <= 125; counter++) {
      const expected = counter === 99 ? REPLAYED : counter >= 100 && counter <= 110 ? accepted(counter) : WRONG;
      expect(verdictOn(token, counter, 0)).toEqual(expected);
    }
  });

  test('does not depend on the clock', () => {
    expect(verdictOn(token, 105, Number.MAX_SAFE_INTEGER)).toEqual(accepted(105));
  });

  test('stops at the largest counter', () => {
    const last = Number.MAX_SAFE_INTEGER - 1;
    const old = { ...token, nextCounter: last };
    expect(verdictOn(old, last, 0)).toEqual(accepted(last));
    const used = advanceCounter(old, last);
    expect(verdictOn(used, last, 0)).toEqual(REPLAYED);
    expect(verdictOn(used, last + 1, 0)).toEqual(WRONG);
  });

  test('a new token has no replay', () => {
    const fresh = { ...token, nextCounter: 0 };
    expect(verdictOn(fresh, 0, 0)).toEqual(accepted(0));
    expect(verdictOn(fresh, 11, 0)).toEqual(WRONG);
  });
});

describe('the digits', () => {
  const now = 1_000_000 * PERIOD_MS;

  test.each([
    [6, 8],
    [8, 6],
  ] as const)('a token of %i does not accept the same code in %i', (own, other) => {
    const token = sampleToken({ digits: own });
    expect(verifyOtp(token, RFC_SECRET, code({ ...token, digits: other }, 1_000_000), now)).toEqual(WRONG);
  });

  // SR-47. Attack: characters whose low byte is the expected digit.
  test('digits of another script are wrong, even if their low bytes are right', () => {
    const otp = [...code(sampleToken(), 1_000_000)].map((digit) => String.fromCharCode(0x100 + digit.charCodeAt(0)));
    expect(verifyOtp(sampleToken(), RFC_SECRET, otp.join(''), now)).toEqual(WRONG);
  });

  // SR-47
  test.each([[''], ['\u0661\u0662\u0663\u0664\u0665\u0666'], ['12345\n'], ['x'.repeat(6)], ['1234567']])(
    'a malformed code is wrong: %j',
    (otp) => {
      expect(verifyOtp(sampleToken(), RFC_SECRET, otp, now)).toEqual(WRONG);
    },
  );
});

// SR-47. The attack: texts of the right length that a number is read from, for a code that begins with 0.
test('a text that has the value of the code in another form is wrong', () => {
  const token = sampleToken();
  const step = Array.from({ length: 1000 }, (_, at) => 1_000_000 + at).find((at) => /^0[1-9]/.test(code(token, at)));
  const now = (step ?? 0) * PERIOD_MS;
  const right = code(token, step ?? 0);
  const value = right.slice(1);
  const forms = [`${value} `, ` ${value}`, `+${value}`, `${value}.`, `0x${Number(right).toString(16)}`];
  for (const otp of forms) expect([otp.trim(), verifyOtp(token, RFC_SECRET, otp, now)]).toEqual([otp.trim(), WRONG]);
  expect(verifyOtp(token, RFC_SECRET, right, now)).toEqual(accepted(step ?? 0));
});

// SR-17, SR-70. The attack: the time of an answer shows that a code is right although it is refused.
describe('how many codes are computed', () => {
  const fob = sampleToken({ factor: { kind: 'hotp' }, nextCounter: 40 });
  const stops = { stopsWhenRight: true };
  const check = (token: OathToken, otp: string, now: number, options?: typeof stops) => {
    const { result, hmacs } = countHmacs(() => verifyOtp(token, RFC_SECRET, otp, now, options));
    return [result, hmacs];
  };

  test('a right code of a fob costs no other than the ones before it, if nothing else can refuse it', () => {
    expect(check(fob, code(fob, 42), 0, stops)).toEqual([accepted(42), 4]);
  });

  test('every other code of a fob costs the whole look-ahead', () => {
    const all = HOTP_LOOK_AHEAD + 2;
    expect(check(fob, code(fob, 42), 0)).toEqual([accepted(42), all]);
    expect(check(fob, code(fob, 60), 0, stops)).toEqual([WRONG, all]);
    expect(check(fob, code(fob, 39), 0, stops)).toEqual([REPLAYED, all]);
    const used = { ...fob, nextCounter: TWINS.later };
    expect(check(used, code(used, TWINS.later), 0, stops)).toEqual([REPLAYED, all]);
  });

  test('the code of an app costs the whole window, and of two steps that share it the later one is used up', () => {
    const app = sampleToken();
    const now = TWINS.later * PERIOD_MS;
    const [, all] = check(app, code(app, TWINS.later + 100), now, stops);
    expect(check(app, code(app, TWINS.later), now, stops)).toEqual([accepted(TWINS.later), all]);
  });
});

// SR-3: broken data accepts no code.
test('a damaged seed or clock never accepts', () => {
  const token = sampleToken();
  expect(() => verifyOtp(token, new Uint8Array(3), '123456', 0)).toThrow();
  expect(verifyOtp(token, RFC_SECRET, code(token, 0), Number.NaN)).toEqual(WRONG);
  expect(verifyOtp(token, RFC_SECRET, code(token, 0), -PERIOD_MS)).toEqual(WRONG);
});

describe('over random histories', () => {
  const anyToken = fc.record({
    factor: fc.oneof(
      fc.record({
        kind: fc.constant('totp' as const),
        periodMs: fc.constantFrom(30_000, 60_000),
        driftSteps: fc.integer({ min: -5, max: 5 }),
      }),
      fc.record({ kind: fc.constant('hotp' as const) }),
    ),
    algorithm: fc.constantFrom(...OTP_ALGORITHMS),
    digits: fc.constantFrom(6 as const, 8 as const),
    nextCounter: fc.nat({ max: 40 }),
  });
  const attempts = fc.array(fc.record({ counter: fc.nat({ max: 60 }), at: fc.nat({ max: 60 }) }), { maxLength: 40 });

  // SR-8
  test('the moving factor only grows, no factor is accepted twice, and every accepted code is then refused', () => {
    fc.assert(
      fc.property(anyToken, attempts, (properties, tries) => {
        let token = sampleToken(properties);
        const used = new Set<number>();
        for (const { counter, at } of tries) {
          const now = at * PERIOD_MS;
          const verdict = verdictOn(token, counter, now);
          if (verdict.verdict !== 'accepted') continue;
          expect(used.has(verdict.counter)).toBe(false);
          expect(verdict.counter).toBeGreaterThanOrEqual(token.nextCounter);
          used.add(verdict.counter);
          token = advanceCounter(token, verdict.counter);
          expect(token.nextCounter).toBe(verdict.counter + 1);
          expect(verdictOn(token, verdict.counter, now)).toEqual(REPLAYED);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('the code that the device shows is accepted, once', () => {
    fc.assert(
      fc.property(anyToken, fc.integer({ min: 100, max: 2 ** 40 }), (properties, at) => {
        const token = sampleToken(properties);
        const now = at * PERIOD_MS + (at % PERIOD_MS);
        const otp = currentOtp(token, RFC_SECRET, now);
        const verdict = verifyOtp(token, RFC_SECRET, otp, now);
        if (verdict.verdict !== 'accepted') expect.fail(verdict.verdict);
        const after = advanceCounter(token, verdict.counter);
        expect(verifyOtp(after, RFC_SECRET, otp, now)).toEqual(REPLAYED);
      }),
    );
  });

  test('a device that is slow by its drift shows an older code', () => {
    const now = 1_000 * PERIOD_MS;
    for (const drift of [-3, 0, 3]) {
      const token = sampleToken({ factor: totp(drift) });
      expect(currentOtp(token, RFC_SECRET, now)).toBe(code(token, 1_000 + drift));
    }
    expect(currentOtp(sampleToken({ factor: totp(-3) }), RFC_SECRET, 0)).toBe(code(sampleToken(), 0));
  });
});
