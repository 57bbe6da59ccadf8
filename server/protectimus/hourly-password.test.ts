import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acceptedHours,
  CLOCK_TOLERANCE_MS,
  hourlyPassword,
  isValidAt,
  parseHourlyPassword,
} from './hourly-password.ts';

const HOUR_MS = 3_600_000;
/** 2027-01-15 08:00 UTC. */
const EIGHT = 1_800_000_000_000;
const KEY = 'csk_01k8dq9z2mp_2m4x7r9t1vw_0123456789abcdefghjkmnpqrstvwxyz';
const anyTime = fc.integer({ min: 0, max: 4_102_444_800_000 });

test('writes the hour as clients do, in UTC', () => {
  expect(acceptedHours(EIGHT + HOUR_MS / 2)).toEqual(['20270115:08']);
  expect(acceptedHours(Date.UTC(2028, 1, 29, 23, 30))).toEqual(['20280229:23']);
  const hash = createHash('sha256').update(`${KEY}:20270115:08`).digest('hex');
  expect(hourlyPassword(KEY, '20270115:08').toString('hex')).toBe(hash);
});

test('accepts the neighbouring hour within five minutes, also across the turn of a year', () => {
  expect(acceptedHours(EIGHT).sort()).toEqual(['20270115:07', '20270115:08']);
  expect(acceptedHours(Date.UTC(2026, 11, 31, 23, 56)).sort()).toEqual(['20261231:23', '20270101:00']);
});

describe('SR-26: an intercepted password', () => {
  test('is valid from five minutes before its hour until five minutes after it, and at no other time', () => {
    fc.assert(
      fc.property(anyTime, anyTime, (created, used) => {
        const hour = Math.floor(created / HOUR_MS) * HOUR_MS;
        const given = hourlyPassword(KEY, acceptedHours(hour + HOUR_MS / 2)[0] ?? '');
        expect(isValidAt(KEY, given, used)).toBe(
          used >= hour - CLOCK_TOLERANCE_MS && used < hour + HOUR_MS + CLOCK_TOLERANCE_MS,
        );
      }),
    );
    for (const [at, fits] of [
      [-CLOCK_TOLERANCE_MS - 1, false],
      [-CLOCK_TOLERANCE_MS, true],
      [HOUR_MS + CLOCK_TOLERANCE_MS - 1, true],
      [HOUR_MS + CLOCK_TOLERANCE_MS, false],
    ] as const) {
      expect(isValidAt(KEY, hourlyPassword(KEY, '20270115:08'), EIGHT + at)).toBe(fits);
    }
  });

  test('is invalid for any other key', () => {
    fc.assert(
      fc.property(anyTime, fc.string(), (now, other) => {
        fc.pre(other !== KEY);
        const given = hourlyPassword(other, acceptedHours(now)[0] ?? '');
        expect(isValidAt(KEY, given, now)).toBe(false);
      }),
    );
  });
});

test('accepts exactly 64 hexadecimal digits, in upper or lower case', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.boolean(), (bytes, capitals) => {
      const hex = Buffer.from(bytes).toString('hex');
      expect(parseHourlyPassword(capitals ? hex.toUpperCase() : hex)).toEqual(Buffer.from(bytes));
    }),
  );
  for (const wrong of ['', 'a'.repeat(63), 'a'.repeat(65), `${'a'.repeat(64)}\n`, 'g'.repeat(64), '０'.repeat(64)]) {
    expect(parseHourlyPassword(wrong)).toBeUndefined();
  }
});
