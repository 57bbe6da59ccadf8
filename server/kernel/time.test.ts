import fc from 'fast-check';
import { expect, test } from 'vitest';
import { monthsAfter } from './time.ts';

const at = (text: string) => Date.parse(text);

test.each([
  ['2027-01-15T08:00:00.123Z', 1, '2027-02-15T08:00:00.123Z'],
  ['2027-01-31T23:59:59Z', 1, '2027-02-28T23:59:59Z'],
  ['2027-01-31T23:59:59Z', 2, '2027-03-31T23:59:59Z'],
  ['2028-01-31T00:00:00Z', 1, '2028-02-29T00:00:00Z'],
  ['2028-02-29T12:00:00Z', 12, '2029-02-28T12:00:00Z'],
  ['2027-10-31T00:30:00Z', 1, '2027-11-30T00:30:00Z'],
  ['2027-11-30T00:00:00Z', 3, '2028-02-29T00:00:00Z'],
  ['2027-05-31T00:00:00Z', 0, '2027-05-31T00:00:00Z'],
])('%s and %i months is %s', (from, months, expected) => {
  expect(new Date(monthsAfter(at(from), months)).toISOString()).toBe(new Date(at(expected)).toISOString());
});

test('consecutive months are 28 to 31 days long, unless clamped, and keep the time of day', () => {
  const instant = fc.integer({ min: 0, max: at('2100-01-01T00:00:00Z') });
  fc.assert(
    fc.property(instant, fc.integer({ min: 0, max: 240 }), (from, months) => {
      const [here, next] = [monthsAfter(from, months), monthsAfter(from, months + 1)];
      const days = (next - here) / 86_400_000;
      expect(Number.isInteger(days)).toBe(true);
      expect(days).toBeGreaterThanOrEqual(28);
      expect(days).toBeLessThanOrEqual(31);
      expect(here % 86_400_000).toBe(from % 86_400_000);
    }),
  );
});
