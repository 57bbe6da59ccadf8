import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS } from '../../kernel/time.ts';
import { judgeCertificate } from './judge-certificate.ts';

const END = 1_800_000_000_000;
const judged = (lifetimeDays: number, leftMs: number) =>
  judgeCertificate({ startsAt: END - lifetimeDays * DAY_MS, expiresAt: END, isRenewalRefused: false }, END - leftMs);

test.each([
  ['a year', 365, 14 * DAY_MS, 'valid', 14],
  ['a year', 365, 14 * DAY_MS - 1, 'expires-soon', 13],
  ['90 days', 90, 1, 'expires-soon', 0],
  ['90 days', 90, 0, 'expired', 0],
  ['90 days', 90, -DAY_MS, 'expired', 0],
  // Renewed two days before its end.
  ['six days', 6, 2 * DAY_MS, 'valid', 2],
  ['six days', 6, 2 * DAY_MS - 1, 'expires-soon', 1],
])('a certificate for %s (%i) with %i ms left is %s, days left: %i', (_, lifetimeDays, leftMs, validity, daysLeft) => {
  expect(judged(lifetimeDays, leftMs)).toEqual({ expiresAt: END, daysLeft, validity, isRenewalRefused: false });
});

test('a certificate only grows worse, and is expired exactly from its end on', () => {
  const RANK = { valid: 0, 'expires-soon': 1, expired: 2 };
  const left = fc.integer({ min: -100 * DAY_MS, max: 500 * DAY_MS });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), left, fc.nat(), (lifetimeDays, leftMs, laterMs) => {
      const [now, later] = [judged(lifetimeDays, leftMs), judged(lifetimeDays, leftMs - laterMs)];
      expect(now.validity === 'expired').toBe(leftMs <= 0);
      expect(RANK[later.validity]).toBeGreaterThanOrEqual(RANK[now.validity]);
      expect(later.daysLeft).toBeLessThanOrEqual(now.daysLeft);
    }),
  );
});
