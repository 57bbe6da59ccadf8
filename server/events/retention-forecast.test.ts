import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS } from '../kernel/time.ts';
import { forecastRetention, retentionOf } from './retention-forecast.ts';

const YEAR_MS = 365 * DAY_MS;
const retention = { keptMs: YEAR_MS, mostEvents: 1_000_000 };
const NOW = 2 * YEAR_MS;

test.each([
  ['200,000 events a day fill the log in five days', 600_000, 3, { reachMs: 5 * DAY_MS, leftMs: 2 * DAY_MS }],
  ['a full log is cut already', 1_000_000, 5, { reachMs: 5 * DAY_MS, leftMs: 0 }],
  ['2,000 events a day last for the whole time', 600_000, 300, undefined],
  ['a log that is half full says enough', 500_000, 3, { reachMs: 6 * DAY_MS, leftMs: 3 * DAY_MS }],
  ['a log that fills in exactly the kept time loses nothing early', 500_000, 182.5, undefined],
  ['a log that is less than half full says too little', 499_999, 1, undefined],
])('%s', (_, kept, days, expected) => {
  expect(forecastRetention({ kept, oldestAt: NOW - days * DAY_MS }, retention, NOW)).toEqual(expected);
});

test('the configured days are kept', () => {
  expect(retentionOf({ keptDays: 365, mostEvents: 1_000_000 })).toEqual(retention);
});

test('without a maximum, nothing is removed early', () => {
  const byTime = { ...retention, mostEvents: Number.POSITIVE_INFINITY };
  expect(forecastRetention({ kept: 1e9, oldestAt: NOW - DAY_MS }, byTime, NOW)).toBeUndefined();
});

test('an account at a steady rate learns before its first event is lost when that will be, and what is kept then', () => {
  const ages = fc.integer({ min: DAY_MS, max: YEAR_MS });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), ages, (kept, ageMs) => {
      const forecast = forecastRetention({ kept, oldestAt: NOW - ageMs }, retention, NOW);
      const fullAtMs = (ageMs / kept) * retention.mostEvents;
      const isCut = fullAtMs < YEAR_MS;
      expect(forecast !== undefined).toBe(isCut && kept >= 500_000);
      if (!forecast) return;
      expect(forecast.reachMs).toBe(Math.round(fullAtMs));
      expect(Math.abs(forecast.reachMs - ageMs - forecast.leftMs)).toBeLessThanOrEqual(1);
    }),
  );
});
