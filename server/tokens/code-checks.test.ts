import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CHECKS_TTL_MS,
  type CodeChecks,
  checksAsOf,
  checksOpenAt,
  countCheck,
  WRONG_CHECKS_PER_HOUR,
  WRONG_CHECKS_PER_WEEK,
} from './code-checks.ts';

const HOUR_MS = 3_600_000;

// SR-2, SR-15. The attack: guesses at any pace, with known right codes in between.
test('SR-2: at no pace, and with any right codes in between, are there more wrong checks in any hour or week', () => {
  const pause = fc.oneof(fc.nat(60_000), fc.nat(2 * HOUR_MS), fc.nat(40 * HOUR_MS));
  fc.assert(
    fc.property(fc.array(fc.tuple(pause, fc.boolean()), { maxLength: 120 }), (tries) => {
      let checks: CodeChecks | undefined;
      let now = 1_800_000_000_000;
      const wrong: number[] = [];
      for (const [waited, isRight] of tries) {
        now += waited;
        const opensAt = checksOpenAt(checks, now);
        if (opensAt > 0) {
          expect(opensAt).toBeGreaterThan(now);
          expect(checksOpenAt(checks, opensAt)).toBe(0);
          continue;
        }
        checks = countCheck(checks, isRight, now);
        if (!isRight) wrong.push(now);
        expect(checks.wrongAt.length).toBeLessThanOrEqual(WRONG_CHECKS_PER_WEEK);
      }
      for (const end of wrong) {
        const within = (ms: number) => wrong.filter((at) => at <= end && at > end - ms).length;
        expect(within(HOUR_MS)).toBeLessThanOrEqual(WRONG_CHECKS_PER_HOUR);
        expect(within(CHECKS_TTL_MS)).toBeLessThanOrEqual(WRONG_CHECKS_PER_WEEK);
      }
    }),
  );
});

test('an hour after the first of five, one more is allowed', () => {
  let checks: CodeChecks | undefined;
  for (let at = 0; at < WRONG_CHECKS_PER_HOUR; at++) {
    expect(checksOpenAt(checks, at)).toBe(0);
    checks = countCheck(checks, false, at);
  }
  expect(checksOpenAt(checks, 5)).toBe(HOUR_MS);
  expect(checksOpenAt(checks, HOUR_MS)).toBe(0);
  expect(checksOpenAt(countCheck(checks, false, HOUR_MS), HOUR_MS)).toBe(HOUR_MS + 1);
});

// SR-63
test('SR-63: after a clock was set back no wait is longer than a week, or than an hour while the weekly limit is not reached', () => {
  const ahead = fc.array(fc.integer({ min: 0, max: 3 * CHECKS_TTL_MS }), { maxLength: WRONG_CHECKS_PER_WEEK });
  fc.assert(
    fc.property(ahead, fc.nat(3 * CHECKS_TTL_MS), fc.nat(CHECKS_TTL_MS), (times, now, later) => {
      const stored = { wrongAt: times.sort((a, b) => a - b) };
      const seen = checksAsOf(stored, now);
      const longest = stored.wrongAt.length < WRONG_CHECKS_PER_WEEK ? HOUR_MS : CHECKS_TTL_MS;
      expect(checksOpenAt(seen, now)).toBeLessThanOrEqual(now + longest);
      expect(seen.wrongAt).toHaveLength(stored.wrongAt.length);
      expect(checksAsOf(seen, now + later)).toBe(seen);
    }),
  );
});

test('twenty wrong checks in a week block it until the first of them is a week old, and is then forgotten', () => {
  expect(CHECKS_TTL_MS).toBe(7 * 86_400_000);
  const wrongAt = Array.from({ length: 20 }, (_, hour) => hour * HOUR_MS);
  expect(checksOpenAt({ wrongAt: wrongAt.slice(1) }, 20 * HOUR_MS)).toBe(0);
  expect(checksOpenAt({ wrongAt }, 20 * HOUR_MS)).toBe(CHECKS_TTL_MS);
  expect(checksOpenAt({ wrongAt }, CHECKS_TTL_MS)).toBe(0);
  expect(countCheck({ wrongAt }, true, CHECKS_TTL_MS - 1)).toEqual({ wrongAt });
  expect(countCheck({ wrongAt }, true, CHECKS_TTL_MS)).toEqual({ wrongAt: wrongAt.slice(1) });
  expect(countCheck({ wrongAt }, false, 20 * HOUR_MS)).toEqual({ wrongAt: [...wrongAt.slice(1), 20 * HOUR_MS] });
  expect(countCheck(undefined, true, 0)).toEqual({ wrongAt: [] });
});

// SR-63
test('SR-63: a check in the future counts as of now, and every other is unchanged', () => {
  expect(checksAsOf({ wrongAt: [5, 10, 15] }, 10)).toEqual({ wrongAt: [5, 10, 10] });
  const past = { wrongAt: [5, 10] };
  expect(checksAsOf(past, 10)).toBe(past);
});
